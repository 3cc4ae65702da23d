/**
 * What Redshift has built in and PostgreSQL has not, created in `pg_catalog` of the stand-in's own database, where no
 * search_path can hide it. No backslashes: these bodies are read with Redshift's string rules.
 */
export const functions = `
create domain pg_catalog.super as jsonb;
create domain pg_catalog.varbyte as bytea;
create domain pg_catalog.varbinary as bytea;

-- SUM of BIGINT is NUMERIC(38,0) (AWS documentation, "SUM function").
create function pg_catalog.sum_bigint(internal) returns numeric_38_0 language internal as 'numeric_poly_sum';
alter aggregate pg_catalog.sum(bigint) rename to postgres_sum;
create aggregate pg_catalog.sum(bigint) (sfunc = int8_avg_accum, stype = internal, finalfunc = sum_bigint);

-- AVG of integers is an integer, cut off (AWS documentation, "AVG function").
create function pg_catalog.whole_average(bigint[]) returns bigint language sql immutable as
  'select case when $1[1] > 0 then $1[2] / $1[1] end';
create function pg_catalog.whole_average_step(numeric[], bigint) returns numeric[] language sql immutable as
  'select case when $2 is null then $1 else array[$1[1] + 1, $1[2] + $2] end';
create function pg_catalog.whole_average(numeric[]) returns bigint language sql immutable as
  'select case when $1[1] > 0 then div($1[2], $1[1])::bigint end';
alter aggregate pg_catalog.avg(smallint) rename to postgres_avg;
alter aggregate pg_catalog.avg(integer) rename to postgres_avg;
alter aggregate pg_catalog.avg(bigint) rename to postgres_avg;
create aggregate pg_catalog.avg(smallint)
  (sfunc = int2_avg_accum, stype = bigint[], finalfunc = whole_average, initcond = '{0,0}');
create aggregate pg_catalog.avg(integer)
  (sfunc = int4_avg_accum, stype = bigint[], finalfunc = whole_average, initcond = '{0,0}');
create aggregate pg_catalog.avg(bigint)
  (sfunc = whole_average_step, stype = numeric[], finalfunc = whole_average, initcond = '{0,0}');
create aggregate pg_catalog.listagg(text, text)
  (sfunc = string_agg_transfn, stype = internal, finalfunc = string_agg_finalfn);
create function pg_catalog.listagg_step(text, text) returns text language sql immutable as 'select $1 || $2';
create aggregate pg_catalog.listagg(text) (sfunc = listagg_step, stype = text);

create function pg_catalog.getdate() returns timestamp language sql stable as
  'select date_trunc(''second'', statement_timestamp())::timestamp';
create function pg_catalog.len(text) returns integer language sql immutable as 'select length(rtrim($1, '' ''))';
create function pg_catalog.len(bytea) returns integer language sql immutable as 'select octet_length($1)';
create function pg_catalog.to_hex(bytea) returns text language sql immutable as 'select encode($1, ''hex'')';
create function pg_catalog.from_hex(text) returns varbyte language sql immutable as 'select decode($1, ''hex'')';
create function pg_catalog.to_varbyte(text, text) returns varbyte language sql immutable as
  'select case lower($2) when ''utf8'' then convert_to($1, ''utf8'') when ''utf-8'' then convert_to($1, ''utf8'')
    else decode($1, lower($2)) end';
create function pg_catalog.from_varbyte(bytea, text) returns text language sql immutable as
  'select case lower($2) when ''utf8'' then convert_from($1, ''utf8'') when ''utf-8'' then convert_from($1, ''utf8'')
    else encode($1, lower($2)) end';
create function pg_catalog.json_parse(text) returns super language sql immutable as 'select $1::jsonb';
create function pg_catalog.json_serialize(jsonb) returns text language sql immutable as
  'select case jsonb_typeof($1)
     when ''object'' then (select ''{'' || coalesce(string_agg(to_json(key)::text || '':'' || pg_catalog.json_serialize(value), '','' order by at), '''') || ''}''
       from jsonb_each($1) with ordinality as e(key, value, at))
     when ''array'' then (select ''['' || coalesce(string_agg(pg_catalog.json_serialize(value), '','' order by at), '''') || '']''
       from jsonb_array_elements($1) with ordinality as e(value, at))
     else $1::text end';
create function pg_catalog.is_valid_json(text) returns boolean language plpgsql immutable as
  'begin perform $1::json; return true; exception when others then return false; end';
create function pg_catalog.json_extract_path_text(text, variadic text[]) returns text language sql immutable as
  'select $1::jsonb #>> $2';
create function pg_catalog.convert_timezone(text, timestamp) returns timestamp language sql stable as
  'select $2 at time zone ''UTC'' at time zone $1';
create function pg_catalog.convert_timezone(text, text, timestamp) returns timestamp language sql stable as
  'select $3 at time zone $1 at time zone $2';
create function pg_catalog.date_unit(text) returns text language sql immutable as
  'select case when $1 in (''y'', ''yr'', ''yrs'', ''years'') then ''year'' when $1 in (''qtr'', ''qtrs'', ''quarters'') then ''quarter''
    when $1 in (''mon'', ''mons'', ''months'') then ''month'' when $1 in (''w'', ''weeks'') then ''week''
    when $1 in (''d'', ''days'') then ''day'' when $1 in (''h'', ''hr'', ''hrs'', ''hours'') then ''hour''
    when $1 in (''m'', ''min'', ''mins'', ''minutes'') then ''minute'' when $1 in (''s'', ''sec'', ''secs'', ''seconds'') then ''second''
    when $1 in (''ms'', ''msec'', ''msecs'', ''milliseconds'') then ''millisecond''
    when $1 in (''us'', ''usec'', ''usecs'', ''microseconds'') then ''microsecond'' else lower($1) end';
create function pg_catalog.dateadd(text, bigint, timestamp) returns timestamp language sql immutable as
  'select $3 + case date_unit($1) when ''quarter'' then $2 * interval ''3 months''
    else $2 * (''1 '' || date_unit($1))::interval end';
create function pg_catalog.dateadd(text, bigint, timestamptz) returns timestamptz language sql stable as
  'select $3 + case date_unit($1) when ''quarter'' then $2 * interval ''3 months''
    else $2 * (''1 '' || date_unit($1))::interval end';
-- DATEDIFF counts the boundaries crossed, not the whole units between (AWS documentation, "DATEDIFF function").
create function pg_catalog.datediff(text, timestamp, timestamp) returns bigint language sql immutable as
  'select case date_unit($1)
     when ''year'' then extract(year from $3) - extract(year from $2)
     when ''quarter'' then (extract(year from $3) - extract(year from $2)) * 4 + extract(quarter from $3) - extract(quarter from $2)
     when ''month'' then (extract(year from $3) - extract(year from $2)) * 12 + extract(month from $3) - extract(month from $2)
     when ''week'' then (date_trunc(''week'', $3 + interval ''1 day'')::date - date_trunc(''week'', $2 + interval ''1 day'')::date) / 7
     when ''day'' then $3::date - $2::date
     else round(extract(epoch from date_trunc(date_unit($1), $3) - date_trunc(date_unit($1), $2))
       * case date_unit($1) when ''second'' then 1 when ''millisecond'' then 1000 when ''microsecond'' then 1000000
         when ''minute'' then 1 / 60.0 when ''hour'' then 1 / 3600.0 end) end::bigint';
create function pg_catalog.last_day(timestamp) returns date language sql immutable as
  'select (date_trunc(''month'', $1) + interval ''1 month - 1 day'')::date';
create function pg_catalog.add_months(timestamp, bigint) returns timestamp language sql immutable as
  'select case when $1::date = last_day($1) then last_day($1 + $2 * interval ''1 month'') + $1::time
    else $1 + $2 * interval ''1 month'' end';
create function pg_catalog.trunc(timestamp) returns date language sql immutable as 'select $1::date';
create function pg_catalog.charindex(text, text) returns integer language sql immutable as 'select strpos($2, $1)';
create function pg_catalog.strtol(text, integer) returns bigint language sql immutable as
  'select case $2 when 16 then (''x'' || lpad($1, 16, ''0''))::bit(64)::bigint
    when 2 then lpad($1, 64, ''0'')::bit(64)::bigint when 10 then $1::bigint end';
`;

/** What `select version()` answers on a cluster of 2025. */
export const version =
  "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), " +
  "Redshift 1.0.117891";
