"""The data-type catalogue, lexicons and policy packs that ship with govguard."""

_PACKS = ("gov_cn", "pipl", "gbt35273", "zhejiang", "health_cn", "gdpr", "full", "standard", "lite")

manifest = {"types": "types", "lexicon": "lexicon", "packs": {name: name for name in _PACKS}}
