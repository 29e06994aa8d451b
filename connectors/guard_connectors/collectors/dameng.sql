-- govguard data dictionary collector for 达梦 DM8 · 达梦 DM8 数据字典采集脚本
--
-- Not verified on a live server: read it before you run it. · 未在真实服务器上验证：运行前请先阅读。
-- It only reads catalogue views: no rows of your tables, no changes. · 只读系统视图：不读业务数据，不做任何修改。
-- Run it as an account that may see the schemas to be classified. · 使用能看到待分类模式的账号运行。
-- Tables kept in SYSDBA's own schema are listed too. · 建在 SYSDBA 模式下的业务表也会列出。
--
-- disql ACCOUNT@HOST:5236, then · 然后: start dameng.sql   (UTF-8 client · 客户端用 UTF-8)
-- Then · 然后: guard scan dictionary.csv --as dictionary

SET ECHO OFF
SET FEEDBACK OFF
SET HEADING OFF
SET PAGESIZE 0
SET LINESIZE 32767
SET TRIMS ON
SET TIMING OFF
SPOOL dictionary.csv

SELECT '"schema","table","table_comment","column","type","comment","primary_key","nullable","rows"' AS csv
FROM dual;

SELECT
    '"' || REPLACE(c.owner, '"', '""')
    || '","' || REPLACE(c.table_name, '"', '""')
    || '","' || REPLACE(tc.comments, '"', '""')
    || '","' || REPLACE(c.column_name, '"', '""')
    || '","' || c.data_type || CASE WHEN c.data_type LIKE '%CHAR%' THEN '(' || c.data_length || ')' END
    || '","' || REPLACE(cc.comments, '"', '""')
    || '","' || CASE WHEN pk.column_name IS NULL THEN 'N' ELSE 'Y' END
    || '","' || c.nullable
    || '","' || t.num_rows || '"' AS csv
FROM all_tab_columns c
LEFT JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name
LEFT JOIN all_tab_comments tc ON tc.owner = c.owner AND tc.table_name = c.table_name
LEFT JOIN all_col_comments cc
    ON cc.owner = c.owner AND cc.table_name = c.table_name AND cc.column_name = c.column_name
LEFT JOIN (
    SELECT DISTINCT k.owner, k.table_name, kc.column_name
    FROM all_constraints k
    JOIN all_cons_columns kc
        ON kc.owner = k.owner AND kc.constraint_name = k.constraint_name AND kc.table_name = k.table_name
    WHERE k.constraint_type = 'P'
) pk ON pk.owner = c.owner AND pk.table_name = c.table_name AND pk.column_name = c.column_name
WHERE c.owner NOT IN ('SYS', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS', 'DMHR_SYS')
ORDER BY c.owner, c.table_name, c.column_id;

SPOOL OFF
EXIT
