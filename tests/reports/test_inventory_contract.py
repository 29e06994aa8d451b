"""The inventory keeps the contract of every report."""

from guard.sdk.testing_report import ReportContract
from guard_reports.inventory import InventoryReport


class TestInventory(ReportContract):
    def report(self):
        return InventoryReport()
