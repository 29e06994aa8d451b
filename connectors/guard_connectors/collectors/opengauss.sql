-- govguard data dictionary collector for openGauss · openGauss 数据字典采集脚本
--
-- Not verified on a live server: read it before you run it. · 未在真实服务器上验证：运行前请先阅读。
-- It only reads catalogue views: no rows of your tables, no changes. · 只读系统视图：不读业务数据，不做任何修改。
-- Run it as an account that may see the schemas to be classified. · 使用能看到待分类模式的账号运行。
--
-- gsql -d DATABASE -q -f opengauss.sql -o dictionary.csv
-- Then · 然后: guard scan dictionary.csv --as dictionary

COPY (
    SELECT
        current_database() AS "database",
        n.nspname AS "schema",
        c.relname AS "table",
        obj_description(c.oid, 'pg_class') AS "table_comment",
        a.attname AS "column",
        format_type(a.atttypid, a.atttypmod) AS "type",
        col_description(c.oid, a.attnum) AS "comment",
        CASE WHEN EXISTS (
            SELECT 1
            FROM pg_catalog.pg_constraint k
            WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)
        ) THEN 'Y' ELSE 'N' END AS "primary_key",
        CASE WHEN a.attnotnull THEN 'N' ELSE 'Y' END AS "nullable",
        CASE WHEN c.reltuples < 0 THEN NULL ELSE CAST(c.reltuples AS bigint) END AS "rows"
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND a.attnum > 0
        AND NOT a.attisdropped
        AND n.nspname NOT LIKE 'pg\_%'
        AND n.nspname NOT LIKE 'dbe\_%'
        AND n.nspname NOT LIKE 'pkg\_%'
        AND n.nspname NOT IN ('information_schema', 'sys', 'cstore', 'snapshot', 'blockchain', 'db4ai',
                              'sqladvisor', 'coverage')
    ORDER BY n.nspname, c.relname, a.attnum
) TO STDOUT WITH CSV HEADER;
