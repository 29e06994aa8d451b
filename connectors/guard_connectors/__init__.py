"""The connectors that ship with govguard. Nothing is imported until a source needs it."""

manifest = {
    "connectors": {
        "sqlite": "guard_connectors.sqlite:SqliteConnector",
        "postgres": "guard_connectors.postgres:PostgresConnector",
        "mysql": "guard_connectors.mysql:MysqlConnector",
        "files": "guard_connectors.files:FilesConnector",
        "dictionary": "guard_connectors.dictionary:DictionaryConnector",
    },
    "schemes": {
        "sqlite": "sqlite",
        "postgresql": "postgres",
        "postgres": "postgres",
        "mysql": "mysql",
        "mariadb": "mysql",
        "file": "files",
    },
    "collectors": "guard_connectors.collectors:scripts",
}
