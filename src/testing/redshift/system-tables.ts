/**
 * The system views about what was run, unloaded and loaded (AWS documentation, "SYS monitoring views" and "STL views"), with the
 * columns and types documented there: CHAR is padded with blanks. The tables behind are filled when a statement names one of them. No
 * backslashes: these bodies are read with Redshift's string rules.
 */
export const systemTables = `
create unlogged table pg_catalog.stand_in_queries (
  query_id bigint, session_id integer, user_name text, query_text text, query_type text, compute boolean, status text,
  start_time timestamptz, run_time timestamptz, end_time timestamptz, returned_rows bigint, returned_bytes bigint, error_message text);
create index stand_in_queries_id on pg_catalog.stand_in_queries (query_id);
create unlogged table pg_catalog.stand_in_bulk (
  query_id bigint, kind text, format text, table_name text, location text, compression text,
  rows bigint, files bigint, bytes bigint, errors bigint);
create unlogged table pg_catalog.stand_in_unload_files (
  query_id bigint, file_name text, started timestamptz, ended timestamptz, line_count bigint, transfer_size bigint, file_format text);
create unlogged table pg_catalog.stand_in_load_files (
  query_id bigint, file_name text, lines_scanned bigint, bytes_scanned bigint);
create unlogged table pg_catalog.stand_in_load_errors (
  query_id bigint, table_oid integer, table_name text, at timestamptz, file_name text, line_number bigint, column_name text,
  column_type text, column_length text, position integer, raw_line text, raw_field_value text, error_code integer, error_message text);

create function pg_catalog.stand_in_user(text) returns integer language sql stable as
  'select oid::bigint::integer from pg_catalog.pg_roles where rolname = $1';
create function pg_catalog.stand_in_micros(timestamptz, timestamptz) returns bigint language sql stable as
  'select (extract(epoch from $2 - $1) * 1000000)::bigint';
create function pg_catalog.stand_in_utc(timestamptz) returns timestamp language sql immutable as
  'select $1 at time zone ''UTC''';

create view pg_catalog.sys_query_history as
  select stand_in_user(user_name) as user_id, query_id, 'default'::char(320) as query_label, query_id as transaction_id, session_id,
         current_database()::char(128) as database_name, query_type::char(32) as query_type, status::char(10) as status,
         false as result_cache_hit, stand_in_utc(start_time) as start_time, stand_in_utc(end_time) as end_time,
         stand_in_micros(start_time, coalesce(end_time, clock_timestamp())) as elapsed_time,
         stand_in_micros(start_time, coalesce(run_time, end_time, clock_timestamp())) as queue_time,
         coalesce(stand_in_micros(run_time, coalesce(end_time, clock_timestamp())), 0) as execution_time,
         error_message::char(512) as error_message, returned_rows, returned_bytes, query_text::char(4000) as query_text
    from stand_in_queries;

create view pg_catalog.sys_unload_history as
  select stand_in_user(q.user_name) as user_id, b.query_id, b.query_id as transaction_id, q.session_id,
         current_database()::char(128) as database_name, q.status::char(10) as status, stand_in_utc(q.start_time) as start_time,
         stand_in_utc(q.end_time) as end_time,
         stand_in_micros(q.start_time, coalesce(q.end_time, clock_timestamp())) as duration, b.format::char(10) as file_format,
         b.compression::char(10) as compression_type, b.location::char(1280) as unloaded_location, b.rows as unloaded_rows,
         b.files as unloaded_files_count, b.bytes as unloaded_files_size, q.error_message::char(512) as error_message
    from stand_in_bulk b join stand_in_queries q on q.query_id = b.query_id
   where b.kind = 'unload';

create view pg_catalog.sys_unload_detail as
  select stand_in_user(q.user_name) as user_id, f.query_id, q.session_id, f.query_id as transaction_id,
         f.file_name::char(1280) as file_name, stand_in_utc(f.started) as start_time, stand_in_utc(f.ended) as end_time,
         stand_in_micros(f.started, f.ended) as duration, f.line_count, f.transfer_size, f.file_format::char(10) as file_format
    from stand_in_unload_files f join stand_in_queries q on q.query_id = f.query_id;

create view pg_catalog.stl_unload_log as
  select stand_in_user(q.user_name) as userid, f.query_id::integer as query, 0 as slice, q.session_id as pid,
         f.file_name::char(1280) as path, stand_in_utc(f.started) as start_time, stand_in_utc(f.ended) as end_time, f.line_count,
         f.transfer_size, f.file_format::char(10) as file_format
    from stand_in_unload_files f join stand_in_queries q on q.query_id = f.query_id;

create view pg_catalog.sys_load_history as
  select stand_in_user(q.user_name) as user_id, b.query_id, b.query_id as transaction_id, q.session_id,
         current_database()::char(128) as database_name, q.status::char(10) as status, b.table_name::char(128) as table_name,
         stand_in_utc(q.start_time) as start_time, stand_in_utc(q.end_time) as end_time,
         stand_in_micros(q.start_time, coalesce(q.end_time, clock_timestamp())) as duration, b.location::char(1280) as data_source,
         b.format::char(10) as file_format, b.rows as loaded_rows, b.bytes as loaded_bytes, b.files as source_file_count,
         b.bytes as source_file_bytes, b.errors::integer as error_count
    from stand_in_bulk b join stand_in_queries q on q.query_id = b.query_id
   where b.kind = 'load';

create view pg_catalog.sys_load_detail as
  select stand_in_user(q.user_name) as user_id, f.query_id, f.file_name::char(256) as file_name, f.bytes_scanned, f.lines_scanned,
         1 as splits_scanned, stand_in_utc(q.end_time) as record_time
    from stand_in_load_files f join stand_in_queries q on q.query_id = f.query_id;

create view pg_catalog.sys_load_error_detail as
  select stand_in_user(q.user_name) as user_id, e.query_id, e.query_id as transaction_id, q.session_id,
         current_database()::char(128) as database_name, e.table_oid as table_id, stand_in_utc(e.at) as start_time,
         e.file_name::char(256) as file_name, e.line_number, e.column_name::char(127) as column_name,
         e.column_type::char(10) as column_type, e.column_length::char(10) as column_length, e.position, e.error_code,
         e.error_message::char(512) as error_message
    from stand_in_load_errors e join stand_in_queries q on q.query_id = e.query_id;

create view pg_catalog.stl_load_errors as
  select stand_in_user(q.user_name) as userid, 0 as slice, e.table_oid as tbl, stand_in_utc(e.at) as starttime,
         q.session_id as session, e.query_id::integer as query, e.file_name::char(256) as filename, e.line_number,
         e.column_name::char(127) as colname, e.column_type::char(10) as type, e.column_length::char(10) as col_length, e.position,
         e.raw_line::char(1024) as raw_line, e.raw_field_value::char(1024) as raw_field_value, e.error_code as err_code,
         e.error_message::char(100) as err_reason, 0 as is_partial, 0::bigint as start_offset
    from stand_in_load_errors e join stand_in_queries q on q.query_id = e.query_id;

create function pg_catalog.pg_last_query_id() returns bigint language sql volatile as
  'select coalesce((select query_id from pg_catalog.stand_in_queries
    where session_id = pg_backend_pid() and status = ''success'' and compute order by query_id desc limit 1), -1)';
create function pg_catalog.stand_in_kept(text, bigint) returns bigint language sql volatile as
  'select coalesce(nullif(current_setting(''redshift.'' || $1, true), '''')::bigint, $2)';
create function pg_catalog.pg_last_copy_id() returns integer language sql volatile as
  'select stand_in_kept(''last_copy_id'', -1)::integer';
create function pg_catalog.pg_last_copy_count() returns bigint language sql volatile as 'select stand_in_kept(''last_copy_count'', 0)';
create function pg_catalog.pg_last_unload_count() returns bigint language sql volatile as
  'select stand_in_kept(''last_unload_count'', 0)';
create function pg_catalog.pg_last_unload_id() returns integer language sql volatile as
  'select stand_in_kept(''last_unload_id'', -1)::integer';
`;

/** Whether a text may name what is filled before a statement runs. */
export const namesSystem = (sql: string): boolean =>
  /\b(?:sys_(?:query|unload|load)_|stl_|pg_last_query_id\b)/i.test(sql);
