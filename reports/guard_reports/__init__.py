"""The reports that ship with govguard."""

manifest = {"reports": {"inventory": "guard_reports.inventory:InventoryReport"}}
