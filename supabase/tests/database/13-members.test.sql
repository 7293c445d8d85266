-- Members: the owner invites, changes and removes; only the invited join; nobody promotes themselves; the last owner stays.
begin;
set local search_path = public, extensions;
select plan(45);

create function pg_temp.id(p_clinic integer, p_row integer)
returns uuid
language sql
immutable
return ('7e571300-0000-4000-8000-' || lpad(p_clinic::text, 4, '0') || lpad(p_row::text, 8, '0'))::uuid;

-- 51 owner, 52 staff, 53 viewer; 54 works nowhere yet; 55 has an address that is not confirmed.
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.id(c, r), 'Member-' || c || '-' || r || '@clinic.test', case when r <> 55 then now() end
from generate_series(1, 2) c, generate_series(51, 55) r;
do $$
begin
  for c in 1..2 loop
    insert into organizations (id, name, timezone)
    values (pg_temp.id(c, 1), 'Clinic ' || c, 'UTC');
    insert into memberships (org_id, user_id, role)
    values
      (pg_temp.id(c, 1), pg_temp.id(c, 51), 'owner'),
      (pg_temp.id(c, 1), pg_temp.id(c, 52), 'staff'),
      (pg_temp.id(c, 1), pg_temp.id(c, 53), 'viewer');
  end loop;
end;
$$;

-- Does something as somebody: how many rows it touched, or the SQLSTATE that refused it.
create function pg_temp.as_user(p_clinic integer, p_user integer, p_sql text)
returns text
language plpgsql
as $$
declare
  v_role constant text := current_setting('role');
  v_rows bigint;
begin
  perform set_config('request.jwt.claims', json_build_object('sub', pg_temp.id(p_clinic, p_user), 'role', 'authenticated')::text, true);
  perform set_config('role', 'authenticated', true);
  execute p_sql;
  get diagnostics v_rows = row_count;
  perform set_config('role', v_role, true);
  perform set_config('request.jwt.claims', '', true);
  return v_rows;
exception
  when others then
    return sqlstate;
end;
$$;
-- The same, and undone.
create function pg_temp.tried(p_clinic integer, p_user integer, p_sql text)
returns text
language plpgsql
as $$
declare
  v_result text;
begin
  v_result := pg_temp.as_user(p_clinic, p_user, p_sql);
  raise exception '%', v_result using errcode = 'UNDO1';
exception
  when sqlstate 'UNDO1' then
    return sqlerrm;
end;
$$;
create function pg_temp.role_of(p_clinic integer, p_user integer)
returns text
language sql
volatile
as $$ select m.role from public.memberships m where m.org_id = pg_temp.id(1, 1) and m.user_id = pg_temp.id(p_clinic, p_user) $$;
create function pg_temp.joins(p_clinic integer, p_role text)
returns text
language sql
immutable
return format('insert into memberships (org_id, role) values (%L, %L)', pg_temp.id(p_clinic, 1), p_role);
create function pg_temp.invites(p_clinic integer, p_email text, p_role text)
returns text
language sql
immutable
return format('insert into invitations (org_id, email, role) values (%L, %L, %L)', pg_temp.id(p_clinic, 1), p_email, p_role);

-- Nobody makes themselves a member --------------------------------------------------------------------------------------

select is(
  array[
    pg_temp.tried(1, 54, pg_temp.joins(1, 'viewer')),
    pg_temp.tried(2, 51, pg_temp.joins(1, 'owner')),
    pg_temp.tried(1, 52, pg_temp.joins(2, 'staff')),
    pg_temp.tried(1, 54, pg_temp.joins(9, 'owner'))
  ],
  array['42501', '42501', '42501', '42501'],
  'Uninvited, nobody joins a clinic, whether it exists or not'
);
select is(
  array[
    pg_temp.tried(1, 51, format('insert into memberships (org_id, user_id, role) values (%L, %L, ''staff'')', pg_temp.id(1, 1), pg_temp.id(2, 51))),
    pg_temp.tried(1, 51, format('insert into memberships (org_id, user_id, role) values (%L, %L, ''staff'')', pg_temp.id(1, 1), gen_random_uuid())),
    pg_temp.tried(1, 51, format('insert into memberships (org_id, user_id, role) values (%L, %L, ''staff'')', pg_temp.id(1, 1), pg_temp.id(1, 54)))
  ],
  array['42501', '42501', '42501'],
  'Not even an owner makes somebody a member by their user id, so nobody learns whose id exists'
);
select is(
  array[pg_temp.tried(1, 52, $$ update memberships set role = 'owner' $$), pg_temp.tried(1, 53, $$ update memberships set role = 'staff' $$)],
  array['0', '0'],
  'Staff and viewers promote nobody, themselves included'
);
select is(
  array[
    pg_temp.tried(1, 52, format($$ update memberships set user_id = %L where role = 'owner' $$, pg_temp.id(1, 52))),
    pg_temp.tried(1, 51, format($$ update memberships set user_id = %L where role = 'staff' $$, pg_temp.id(1, 54))),
    pg_temp.tried(1, 51, format($$ update memberships set org_id = %L where role = 'staff' $$, pg_temp.id(2, 1)))
  ],
  array['42501', '42501', '42501'],
  'A membership is handed to nobody else and to no other clinic'
);
select is(
  array[
    pg_temp.tried(1, 52, format(
      'insert into memberships (org_id, role) values (%L, ''owner'') on conflict (org_id, user_id) do update set role = excluded.role', pg_temp.id(1, 1)
    )),
    pg_temp.tried(1, 52, pg_temp.joins(1, 'owner'))
  ],
  array['42501', '42501'],
  'Nor does an upsert promote'
);

-- Inviting ----------------------------------------------------------------------------------------------------------------

select is(pg_temp.as_user(1, 51, pg_temp.invites(1, 'member-1-54@clinic.test', 'staff')), '1', 'An owner invites an address');
select is(pg_temp.as_user(1, 51, pg_temp.invites(1, 'nobody@clinic.test', 'staff')), '1', 'One without an account just the same');
select is(
  array[
    pg_temp.tried(1, 52, pg_temp.invites(1, 'friend@clinic.test', 'staff')),
    pg_temp.tried(1, 53, pg_temp.invites(1, 'friend@clinic.test', 'viewer')),
    pg_temp.tried(1, 52, pg_temp.invites(1, 'member-1-52@clinic.test', 'owner')),
    pg_temp.tried(1, 54, pg_temp.invites(1, 'friend@clinic.test', 'owner')),
    pg_temp.tried(2, 51, pg_temp.invites(1, 'member-2-51@clinic.test', 'owner'))
  ],
  array['42501', '42501', '42501', '42501', '42501'],
  'Staff, viewers, strangers and another clinic''s owner invite nobody, themselves included'
);
select is(
  array[
    pg_temp.tried(1, 52, $$ update invitations set role = 'owner' $$), pg_temp.tried(1, 54, $$ update invitations set role = 'owner' $$),
    pg_temp.tried(1, 54, 'delete from invitations'), pg_temp.tried(2, 51, 'delete from invitations')
  ],
  array['0', '0', '0', '0'],
  'Nobody but the owner changes an invitation, least of all the invited'
);
select is(
  array[
    pg_temp.tried(1, 51, format($$ update invitations set expires_at = 'infinity' where org_id = %L $$, pg_temp.id(1, 1))),
    pg_temp.tried(1, 51, format($$ update invitations set email = 'x@clinic.test' where org_id = %L $$, pg_temp.id(1, 1)))
  ],
  array['42501', '42501'],
  'An owner changes only what an invitation is for; its end is not negotiable'
);
select is(
  array[
    pg_temp.tried(1, 51, 'select from invitations'), pg_temp.tried(1, 54, 'select from invitations'),
    pg_temp.tried(1, 52, 'select from invitations'), pg_temp.tried(2, 51, 'select from invitations'),
    pg_temp.tried(2, 54, 'select from invitations')
  ],
  array['2', '1', '0', '0', '0'],
  'An owner sees the clinic''s invitations, the invited theirs, nobody else any'
);
select is(pg_temp.tried(1, 51, pg_temp.invites(1, 'Capitals@clinic.test', 'staff')), '23514', 'An address is kept in lower case');

-- Joining ------------------------------------------------------------------------------------------------------------------

select is(
  array[pg_temp.tried(1, 54, pg_temp.joins(1, 'owner')), pg_temp.tried(1, 54, pg_temp.joins(1, 'viewer'))],
  array['42501', '42501'],
  'The invited join as what they were invited as, and as nothing else'
);
select is(pg_temp.tried(1, 54, pg_temp.joins(2, 'staff')), '42501', 'They join where they were invited');
select is(pg_temp.as_user(1, 54, pg_temp.joins(1, 'staff')), '1', 'The invited join, whatever capitals their address is written in');
select is(pg_temp.role_of(1, 54), 'staff', 'Now they are staff');
select is(pg_temp.tried(1, 54, 'select from organizations'), '1', 'And see the clinic');
select is((select count(*) from invitations where email = 'member-1-54@clinic.test'), 0::bigint, 'The invitation is used up');
select is(
  (select user_id from audit_log where org_id = pg_temp.id(1, 1) and table_name = 'memberships' order by at desc limit 1),
  pg_temp.id(1, 54),
  'The audit trail says who joined'
);
select is(pg_temp.as_user(1, 51, format('delete from memberships where user_id = %L', pg_temp.id(1, 54))), '1', 'The owner removes them');
select is(pg_temp.tried(1, 54, 'select from organizations'), '0', 'Their next request sees nothing, with the same token');
select is(pg_temp.tried(1, 54, pg_temp.joins(1, 'staff')), '42501', 'They do not come back by the invitation that they used');

select is(pg_temp.as_user(1, 51, pg_temp.invites(1, 'member-1-55@clinic.test', 'staff')), '1', 'An owner invites an address whose owner has yet to confirm it');
select is(pg_temp.tried(1, 55, pg_temp.joins(1, 'staff')), '42501', 'An address that is not confirmed is nobody''s');
update auth.users set email_confirmed_at = now() where id = pg_temp.id(1, 55);
select is(pg_temp.tried(1, 55, pg_temp.joins(1, 'staff')), '1', 'Once it is confirmed, they join');
update invitations set expires_at = now() where email = 'member-1-55@clinic.test';
select is(pg_temp.tried(1, 55, pg_temp.joins(1, 'staff')), '42501', 'An invitation that has expired is void');

-- Leaving and removing -----------------------------------------------------------------------------------------------------

select is(pg_temp.tried(1, 52, format('delete from memberships where org_id = %L', pg_temp.id(1, 1))), '1', 'Staff who delete all members remove themselves alone');
select is(pg_temp.tried(1, 53, format('delete from memberships where user_id = %L', pg_temp.id(1, 53))), '1', 'A viewer may leave');
select is(pg_temp.tried(1, 53, format('delete from memberships where user_id = %L', pg_temp.id(1, 51))), '0', 'And remove nobody else');
select is(pg_temp.tried(2, 51, format('delete from memberships where org_id = %L', pg_temp.id(1, 1))), '0', 'Another clinic''s owner removes nobody');
select is(pg_temp.tried(2, 51, format($$ update memberships set role = 'viewer' where org_id = %L $$, pg_temp.id(1, 1))), '0', 'And demotes nobody');
insert into follow_up_tasks (org_id, reason, assignee)
values (pg_temp.id(1, 1), 'message', pg_temp.id(1, 52));
select is(pg_temp.as_user(1, 51, format('delete from memberships where user_id = %L', pg_temp.id(1, 52))), '1', 'The owner removes staff who have tasks');
select is(
  (select count(*) from follow_up_tasks where org_id = pg_temp.id(1, 1) and assignee is null), 1::bigint,
  'The task stays, for somebody else to take'
);

-- The last owner -------------------------------------------------------------------------------------------------------------

select is(
  array[
    pg_temp.tried(1, 51, format('delete from memberships where user_id = %L', pg_temp.id(1, 51))),
    pg_temp.tried(1, 51, format('delete from memberships where org_id = %L', pg_temp.id(1, 1))),
    pg_temp.tried(1, 51, format($$ update memberships set role = 'staff' where user_id = %L $$, pg_temp.id(1, 51)))
  ],
  array['PT409', 'PT409', 'PT409'],
  'The last owner neither leaves, nor clears the clinic of members, nor becomes staff'
);
select throws_ok(
  format('delete from auth.users where id = %L', pg_temp.id(1, 51)), 'PT409', null,
  'Nor is their account deleted'
);
select throws_ok(
  format('delete from memberships where user_id = %L', pg_temp.id(1, 51)), 'PT409', null,
  'Not even an administrator leaves a clinic without an owner'
);
grant select, update, delete on memberships to service_role;
select throws_ok(
  $$
    do $do$
    begin
      perform set_config('role', 'service_role', true);
      delete from public.memberships where user_id = '7e571300-0000-4000-8000-000100000051';
    end;
    $do$
  $$,
  'PT409', null,
  'Nor a service_role that was given the right'
);
revoke all on memberships from service_role;
select is(pg_temp.tried(1, 51, format($$ update memberships set role = 'owner' where user_id = %L $$, pg_temp.id(1, 51))), '1', 'To stay owner is no change');
select is(pg_temp.as_user(1, 51, format($$ update memberships set role = 'owner' where user_id = %L $$, pg_temp.id(1, 53))), '1', 'An owner makes another owner');
select is(
  pg_temp.tried(1, 51, format($$ update memberships set role = 'viewer' where org_id = %L $$, pg_temp.id(1, 1))), 'PT409',
  'Both at once are not demoted'
);
select is(
  pg_temp.tried(1, 51, format('delete from memberships where org_id = %L', pg_temp.id(1, 1))), 'PT409',
  'Nor removed'
);
select is(pg_temp.as_user(1, 51, format('delete from memberships where user_id = %L', pg_temp.id(1, 51))), '1', 'Now the first may leave');
select is(pg_temp.tried(1, 53, format('delete from memberships where user_id = %L', pg_temp.id(1, 53))), 'PT409', 'And the second may not');
select lives_ok(
  format('delete from organizations where id = %L', pg_temp.id(2, 1)),
  'A clinic that is erased takes its last owner along'
);
select is((select count(*) from memberships where org_id = pg_temp.id(2, 1)), 0::bigint, 'With all other members');

select * from finish();
rollback;
