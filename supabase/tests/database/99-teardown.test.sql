-- Takes away what 00-setup made.
begin;
drop schema tests cascade;
commit;

begin;
set local search_path = public, extensions;
select plan(1);
select hasnt_schema('tests', 'What the files shared is gone');
select * from finish();
rollback;
