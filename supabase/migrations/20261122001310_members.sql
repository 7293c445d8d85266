-- Members: a clinic's owner says who works there and as what. The owner invites an address; whoever signs in with it makes
-- the membership themselves. So nobody joins unasked, and inviting tells nobody whether an address has an account.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  email text not null check (length(email) <= 254 and email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  role text not null check (role in ('owner', 'staff', 'viewer')),
  expires_at timestamptz not null default now() + interval '14 days',
  created_at timestamptz not null default now(),
  unique (org_id, email)
);
comment on table public.invitations is
  'Who may become a member of a clinic, and as what: used up by the membership, or void after two weeks.';
create index invitations_email_idx on public.invitations (email);
select private.keep_org_immutable('public.invitations');
select private.keep_audited('public.invitations');

-- auth.users and not the token, so that an address counts from the moment it is confirmed and no longer than it is theirs.
create function private.my_email()
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select lower(u.email)
  from auth.users u
  where u.id = (select auth.uid())
    and u.email_confirmed_at is not null;
$$;
comment on function private.my_email() is
  'The confirmed address of the signed-in user, in lower case; null for anybody else.';
revoke all on function private.my_email() from public;
grant execute on function private.my_email() to authenticated;

create function private.my_invitations()
returns table (org_id uuid, role text)
language sql
stable
security definer
set search_path = ''
as $$
  select i.org_id, i.role
  from public.invitations i
  where i.email = (select private.my_email())
    and i.expires_at > now();
$$;
comment on function private.my_invitations() is
  'Where the signed-in user may become a member now, and as what.';
revoke all on function private.my_invitations() from public;
grant execute on function private.my_invitations() to authenticated;

alter table public.invitations enable row level security;
-- One policy a verb: the owner sees the clinic's invitations, the invited theirs.
create policy members_select on public.invitations for select to authenticated
  using (
    org_id = any (array(select private.my_org_ids('{owner}')))
    or email = (select private.my_email())
  );
grant select on public.invitations to authenticated;
select private.hide_from_guesses('public.invitations');
select private.allow_members('public.invitations', 'insert', '{owner}', 'org_id, email, role');
select private.allow_members('public.invitations', 'update', '{owner}', 'role');
select private.allow_members('public.invitations', 'delete', '{owner}');

-- Memberships: the owner changes and ends them, everybody may end their own, and only the invited make one ----------------

alter table public.memberships alter column user_id set default auth.uid();
create policy members_insert on public.memberships for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and (org_id, role) in (
      select i.org_id, i.role
      from private.my_invitations() i
    )
  );
-- Without user_id: whoever inserts is the member.
grant insert (org_id, role) on public.memberships to authenticated;
select private.allow_members('public.memberships', 'update', '{owner}', 'role');
create policy members_delete on public.memberships for delete to authenticated
  using (
    org_id = any (array(select private.my_org_ids('{owner}')))
    or (user_id = (select auth.uid()) and org_id = any (array(select private.my_org_ids('{owner,staff,viewer}'))))
  );
grant delete on public.memberships to authenticated;

create function private.use_up_invitation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.invitations i
  using auth.users u
  where u.id = new.user_id
    and i.org_id = new.org_id
    and i.email = lower(u.email);
  return null;
end;
$$;
comment on function private.use_up_invitation() is
  'An invitation is good for one membership: whoever is removed later does not come back by it.';
revoke all on function private.use_up_invitation() from public;

create trigger use_up_invitation
after insert on public.memberships
for each row execute function private.use_up_invitation();

-- The last owner ------------------------------------------------------------------------------------------------------------

create function private.keep_an_owner()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Owners of one clinic leave one after the other: whoever comes second sees that the first has gone.
  perform pg_advisory_xact_lock(hashtextextended('owners ' || old.org_id::text, 0));
  -- Locking the one who stays makes sure that they do until we commit. One who is being removed at this moment does not
  -- count, and is not waited for; in a transaction with an old snapshot, one who has been removed raises 40001.
  perform 1
  from public.memberships m
  where m.org_id = old.org_id
    and m.role = 'owner'
  limit 1
  for share skip locked;
  if found then
    return null;
  end if;
  -- The clinic itself is being erased, and its members with it.
  if not exists (
    select 1
    from public.organizations o
    where o.id = old.org_id
  ) then
    return null;
  end if;
  raise exception 'The last owner of a clinic cannot leave.'
    using errcode = 'PT409', hint = 'Make somebody else an owner first.';
end;
$$;
comment on function private.keep_an_owner() is
  'Refuses to remove or demote a clinic''s last owner (PT409, HTTP 409), by whatever way: staff, Auth''s deletion of a user, an administrator.';
revoke all on function private.keep_an_owner() from public;

create trigger keep_an_owner_on_delete
after delete on public.memberships
for each row when (old.role = 'owner') execute function private.keep_an_owner();
alter table public.memberships enable always trigger keep_an_owner_on_delete;
create trigger keep_an_owner_on_update
after update on public.memberships
for each row when (old.role = 'owner' and new.role <> 'owner') execute function private.keep_an_owner();
alter table public.memberships enable always trigger keep_an_owner_on_update;
