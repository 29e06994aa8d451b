"""The data-type catalogue, lexicons and policy packs that ship with govguard."""

manifest = {"types": "types", "lexicon": "lexicon", "packs": {"gov_cn": "gov_cn"}}
