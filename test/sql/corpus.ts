/** Statements as they are written in real projects, and the placeholders that are in them. */
export interface Sample {
  readonly on: "redshift" | "snowflake" | "both";
  readonly sql: string;
  readonly placeholders: readonly string[];
}

const both = (sql: string, ...placeholders: string[]): Sample => ({ on: "both", sql, placeholders });
const redshift = (sql: string, ...placeholders: string[]): Sample => ({ on: "redshift", sql, placeholders });
const snowflake = (sql: string, ...placeholders: string[]): Sample => ({ on: "snowflake", sql, placeholders });

export const corpus: readonly Sample[] = [
  both("select 1"),
  both("select * from events where day = ? and kind in (?)", "?", "?"),
  both("select * from events where day = :day -- or :night?\n  and kind <> ':x'", ":day"),
  both("select a::date, b::numeric(10,2), ?::date from t", "?"),
  both("select ':a', '?', '$1', ':b\\':c', 'it''s ?' from t where x = :x", ":x"),
  both('select "a?", ":b", "c""$1" from "my ? table" where d=:d', ":d"),
  both("select /* ? :a $1 */ ? /* it's */ from t", "?"),
  both("select $$ ? :a $1 ' $$, $1 from t", "$1"),
  both("select a from t where b like '%\\\\' and c = ?", "?"),
  both("select date_trunc('day', ts) from t where ts >= $1 and ts < $2 or ts = $1", "$1", "$2", "$1"),
  both("select extract(epoch from ts) % 60, a || ? || b, -?, +:1 from t", "?", "?", ":1"),
  both("insert into t (a, b) values (?, ?), (?, ?)", "?", "?", "?", "?"),
  both("update t set a=:a,b=:b where id=:id", ":a", ":b", ":id"),
  both("with x as (select ? as a) select * from x where a=?", "?", "?"),
  both("select '12:30:00'::time, ts::timestamp at time zone 'UTC' from t where h = 12 and m=:m", ":m"),
  both(
    "merge into t using s on t.id = s.id when matched then update set v = ? when not matched then insert (id) values (?)",
    "?",
    "?",
  ),
  both("select case when a = ? then 'x' else ? end as \"A?\" from t limit ?", "?", "?", "?"),
  both("select 1.5e-10, .5, 1., 2e5, a.b, ? from t", "?"),
  redshift("select /* outer /* inner ? */ still ? */ ? from t", "?"),
  redshift("create procedure p(a int) as $body$ begin execute 'select ?'; $$ $1 $$; end; $body$ language plpgsql"),
  redshift("select c.c_orders[0].o_orderkey, o.o_lines[1:2] from customer c, c.c_orders o where c.id = $1", "$1"),
  redshift("select json_extract_path_text(payload, 'a', :key) from events", ":key"),
  redshift("unload ('select * from t where a = ''?''') to 's3://b/p_' iam_role default format as parquet"),
  redshift("copy t from 's3://b/?' iam_role 'arn:aws:iam::1:role/x' format json 'auto'"),
  redshift("select listagg(name, ',') within group (order by name) over (partition by ?) from t", "?"),
  redshift("create table t (id int identity(1,1), v super) diststyle key distkey(id) sortkey(id)"),
  redshift("select @ -5, 10 // ?\n from t", "?"),
  snowflake("select $1, $2:name::string, t.$3 from @my_stage/path/a?.csv (file_format => 'f') t", "$1", "$2"),
  snowflake("select v:a.b[0]::int, v:\"K\":c, v['x']:y, parse_json('{\"a\":1}'):a from t where v:id = ?", "?"),
  snowflake("select {'a': 1, 'b':c, 'd': :d} from t", ":d"),
  snowflake("select f(x):a, arr[1:2], v[0]:b, $day, $$x$$ from t where d = :d", ":d"),
  snowflake("select * from t qualify row_number() over (partition by a order by b desc) = ?", "?"),
  snowflake("select * from t, lateral flatten(input => v:items, path => ?) f where f.value:sku = ?", "?", "?"),
  snowflake("select 1 // comment with ? and 'quote\n, ? from t", "?"),
  snowflake("select 1 /* not /* nested */ , ? /* x */", "?"),
  snowflake("put file:///tmp/data/*.csv @%t/dir//sub auto_compress=true"),
  snowflake('copy into t from @db.sch."My stage"/a:b?c file_format = (type = csv) -- ?'),
  snowflake("copy into @~/unload/ from (select * from t) file_format=(type=parquet) header=true"),
  snowflake("create function f(a float) returns float language javascript as $$ return A > 0 ? A : -A; $$"),
  snowflake(
    "create function g(a int) returns int language python handler='g' as $$\ndef g(a): return {'x':a}['x']\n$$",
  ),
  snowflake("declare x int default 0; begin x := 1; let y := :x; return :y; end", ":x", ":y"),
  snowflake("execute immediate $$ begin return ?; end $$"),
  snowflake("select * from identifier(?) where ts > dateadd(day, -?, current_timestamp())", "?", "?"),
  snowflake("select * from t at(timestamp => ?::timestamp_tz) sample (10 rows)", "?"),
  snowflake("select $tag$, a from t where b = ?", "?"),
  snowflake('show tables ->> select "name" from $1', "$1"),
  snowflake("select object_construct('k', ?, 'v':x) from t", "?"),
];
