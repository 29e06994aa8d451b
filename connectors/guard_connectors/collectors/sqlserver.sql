-- govguard data dictionary collector for SQL Server · SQL Server 数据字典采集脚本
--
-- Not verified on a live server: read it before you run it. · 未在真实服务器上验证：运行前请先阅读。
-- It only reads catalogue views: no rows of your tables, no changes. · 只读系统视图：不读业务数据，不做任何修改。
-- Run it as an account that may see the schemas to be classified. · 使用能看到待分类模式的账号运行。
--
-- sqlcmd -S HOST -d DATABASE -U ACCOUNT -i sqlserver.sql -o dictionary.csv -h -1 -y 0 -f 65001
-- Then · 然后: guard scan dictionary.csv --as dictionary

SET NOCOUNT ON;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

SELECT line FROM (
    SELECT
        N'"database","schema","table","table_comment","column","type","comment","primary_key","nullable","rows"'
            AS line,
        N'' AS s, N'' AS t, 0 AS c
    UNION ALL
    SELECT
        N'"' + REPLACE(DB_NAME(), N'"', N'""')
        + N'","' + REPLACE(s.name, N'"', N'""')
        + N'","' + REPLACE(o.name, N'"', N'""')
        + N'","' + REPLACE(COALESCE(CAST(te.value AS nvarchar(4000)), N''), N'"', N'""')
        + N'","' + REPLACE(c.name, N'"', N'""')
        + N'","' + ty.name
            + CASE
                WHEN ty.name IN (N'varchar', N'char', N'varbinary', N'binary') AND c.max_length > 0
                    THEN N'(' + CAST(c.max_length AS nvarchar(10)) + N')'
                WHEN ty.name IN (N'nvarchar', N'nchar') AND c.max_length > 0
                    THEN N'(' + CAST(c.max_length / 2 AS nvarchar(10)) + N')'
                ELSE N''
            END
        + N'","' + REPLACE(COALESCE(CAST(ce.value AS nvarchar(4000)), N''), N'"', N'""')
        + N'","' + CASE WHEN pk.column_id IS NULL THEN N'N' ELSE N'Y' END
        + N'","' + CASE WHEN c.is_nullable = 1 THEN N'Y' ELSE N'N' END
        + N'","' + COALESCE(CAST(p.rows AS nvarchar(20)), N'') + N'"',
        s.name, o.name, c.column_id
    FROM sys.objects o
    JOIN sys.schemas s ON s.schema_id = o.schema_id
    JOIN sys.columns c ON c.object_id = o.object_id
    JOIN sys.types ty ON ty.user_type_id = c.user_type_id
    LEFT JOIN sys.extended_properties te
        ON te.class = 1 AND te.major_id = o.object_id AND te.minor_id = 0 AND te.name = N'MS_Description'
    LEFT JOIN sys.extended_properties ce
        ON ce.class = 1 AND ce.major_id = o.object_id AND ce.minor_id = c.column_id
        AND ce.name = N'MS_Description'
    LEFT JOIN (
        SELECT DISTINCT ic.object_id, ic.column_id
        FROM sys.indexes i
        JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
        WHERE i.is_primary_key = 1
    ) pk ON pk.object_id = o.object_id AND pk.column_id = c.column_id
    LEFT JOIN (
        SELECT object_id, SUM(rows) AS rows
        FROM sys.partitions
        WHERE index_id IN (0, 1)
        GROUP BY object_id
    ) p ON p.object_id = o.object_id
    WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
) AS lines
ORDER BY s, t, c;
