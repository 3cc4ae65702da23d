/**
 * The system views by which Redshift tells any user about its objects (AWS documentation, "SVV views"), over PostgreSQL's catalog. Those
 * that only a superuser may read are left out, and so is `pg_table_def`, which sees the search path only. No backslashes: these
 * bodies are read with Redshift's string rules.
 *
 * A key of a table is a CHECK that is always true, by the name that `translateTables` gives it; a late-binding view has an option that
 * `translateViews` sets.
 */
export const catalogViews = `
create view pg_catalog.svv_all_schemas as
  select current_database()::varchar(128) as database_name, n.nspname::varchar(128) as schema_name,
         n.nspowner::bigint::integer as schema_owner,
         (case when exists (select 1 from pg_class c where c.relnamespace = n.oid and c.relkind = 'f')
           then 'external' else 'local' end)::varchar(128) as schema_type,
         n.nspacl::text::varchar(128) as schema_acl, null::varchar(128) as source_database, null::varchar(128) as schema_option
    from pg_namespace n
   where n.nspname not like 'pg!_toast%' escape '!';

create view pg_catalog.svv_all_tables as
  select current_database()::varchar(128) as database_name, n.nspname::varchar(128) as schema_name,
         c.relname::varchar(128) as table_name, c.relacl::text::varchar(128) as table_acl,
         (case c.relkind when 'f' then 'EXTERNAL TABLE' when 'v' then 'VIEW' when 'm' then 'VIEW' else 'TABLE' end)::varchar(128) as table_type,
         obj_description(c.oid, 'pg_class')::varchar(256) as remarks
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not like 'pg!_toast%' escape '!';

create view pg_catalog.svv_mv_info as
  select current_database()::char(128) as database_name, n.nspname::char(128) as schema_name,
         pg_get_userbyid(c.relowner)::char(128) as user_name, c.relname::char(128) as name, 'f'::char(1) as is_stale,
         0 as state, 'f'::char(1) as autorewrite, 'f'::char(1) as autorefresh
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'm';

create view pg_catalog.stand_in_columns as
  with typed as (
    select a.*, n.nspname, c.relname, c.relkind, c.reloptions, t.typname, t.typtype,
           case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as modifier,
           case when t.typtype = 'd' then t.typbasetype else t.oid end as base
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_type t on t.oid = a.atttypid
     where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
       and n.nspname not like 'pg!_toast%' escape '!')
  select current_database()::text as table_catalog, nspname::text as table_schema, relname::text as table_name,
         attname::text as column_name, attnum::integer as ordinal_position,
         (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = attrelid and d.adnum = attnum) as column_default,
         (case when relkind = 'f' then '' when attnotnull then 'NO' else 'YES' end)::text as is_nullable,
         (case when base = 'jsonb'::regtype then 'super' when base = 'bytea'::regtype then 'binary varying'
           else format_type(base, null) end)::text as data_type,
         (case when base in ('varchar'::regtype, 'bpchar'::regtype) and modifier >= 4 then modifier - 4 end)::integer
           as character_maximum_length,
         (case base when 'smallint'::regtype then 16 when 'integer'::regtype then 32 when 'bigint'::regtype then 64
           when 'real'::regtype then 24 when 'double precision'::regtype then 53
           when 'numeric'::regtype then case when modifier >= 4 then (modifier - 4) >> 16 & 65535 end end)::integer as numeric_precision,
         (case when base in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) then 0
           when base = 'numeric'::regtype and modifier >= 4 then (modifier - 4) & 65535 end)::integer as numeric_scale,
         col_description(attrelid, attnum)::text as remarks,
         coalesce(relkind = 'v' and 'security_barrier=false' = any (reloptions), false) as is_late_binding, attrelid, relkind
    from typed;

create view pg_catalog.svv_columns as
  select table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
         character_maximum_length, numeric_precision, numeric_scale, remarks
    from stand_in_columns;

create view pg_catalog.svv_all_columns as
  select table_catalog::varchar(128) as database_name, table_schema::varchar(128) as schema_name, table_name::varchar(128) as table_name,
         column_name::varchar(128) as column_name, ordinal_position, column_default::varchar(4000) as column_default,
         is_nullable::varchar(3) as is_nullable, data_type::varchar(128) as data_type, character_maximum_length,
         numeric_precision, numeric_scale, remarks::varchar(256) as remarks
    from stand_in_columns
   where not is_late_binding;

create view pg_catalog.svv_redshift_columns as
  select c.table_catalog::varchar(128) as database_name, c.table_schema::varchar(128) as schema_name,
         c.table_name::varchar(128) as table_name, c.column_name::varchar(128) as column_name, c.ordinal_position,
         c.data_type::varchar(32) as data_type, c.column_default::varchar(4000) as column_default,
         c.is_nullable::varchar(3) as is_nullable, 'none'::varchar(128) as encoding,
         exists (select 1 from pg_constraint k
                  where k.conrelid = c.attrelid and k.conname = 'redshift_distkey' and c.ordinal_position = any (k.conkey)) as distkey,
         coalesce((select substr(k.conname, 18)::integer from pg_constraint k
                    where k.conrelid = c.attrelid and k.conname like 'redshift!_sortkey!_%' escape '!'
                      and c.ordinal_position = any (k.conkey)), 0) as sortkey,
         null::varchar(128) as column_acl, c.remarks::varchar(256) as remarks
    from stand_in_columns c
   where c.relkind <> 'f' and not c.is_late_binding;
`;
