-- The audit trail: who changed which row of a clinic, when, and which columns. Never what they hold: the trail may be kept
-- and read without becoming a second copy of the patients.

-- No foreign key to organizations: its check would lock the clinic's row once more at every write. And a uuid, since a
-- number counted over all clinics would tell each how busy the others are. The primary key is the order of reading.
create table public.audit_log (
  id uuid not null default gen_random_uuid(),
  org_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  user_id uuid,
  call_sid text,
  via text not null,
  table_name text not null,
  row_id text not null,
  verb text not null,
  changed text[],
  primary key (org_id, at, id)
);
comment on table public.audit_log is
  'Every insert, update and delete on a tenant row, append-only for everybody, written by the trigger audit on each table.';
comment on column public.audit_log.actor is
  'What kind of somebody it was: staff (user_id), call (call_sid), function (via), or role (via).';
comment on column public.audit_log.via is
  'The RPC that did it, or the database role for what came another way.';
comment on column public.audit_log.row_id is
  'The row''s primary key without the clinic; several columns are joined by a space.';
comment on column public.audit_log.changed is
  'The names of the columns that an update changed. Null for an insert or a delete, which is about the whole row.';
select private.keep_org_immutable('public.audit_log');

alter table public.audit_log enable row level security;
select private.allow_members('public.audit_log', 'select', '{owner}');

-- Append-only -----------------------------------------------------------------------------------------------------------

create function private.keep_trail()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The trail of a clinic that exists stays, whoever asks. When the clinic itself has been erased, its trail may follow.
  if tg_op = 'DELETE' then
    if not exists (
      select 1
      from public.organizations o
      where o.id = old.org_id
    ) then
      return old;
    end if;
  end if;
  raise exception 'The audit trail is append-only.' using errcode = 'insufficient_privilege';
end;
$$;
comment on function private.keep_trail() is
  'Refuses to change the audit trail or to remove an entry of a clinic that exists. Its triggers are ENABLE ALWAYS: the owner is bound too.';
revoke all on function private.keep_trail() from public;

create trigger append_only
before update or delete on public.audit_log
for each row execute function private.keep_trail();
alter table public.audit_log enable always trigger append_only;
create trigger append_only_truncate
before truncate on public.audit_log
for each statement execute function private.keep_trail();
alter table public.audit_log enable always trigger append_only_truncate;

-- Writing it --------------------------------------------------------------------------------------------------------------

-- It runs as its owner, so that nobody needs the right to write entries, and nobody can make one up.
--
-- Row by row: most statements on the way of a booking change one row or none, and a trigger for each statement would run
-- for none as well. Measured beside an insert of 66 µs: 33 µs an insert, of which the entry itself takes 20.
create function private.record_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Not auth.uid() alone: claims may outlive the request of staff that brought them, and the engine saves the parsing.
  v_user_id constant uuid := case when current_setting('role') = 'authenticated' then auth.uid() end;
  v_call_sid constant text := nullif(current_setting('app.call_sid', true), '');
  v_function constant text := nullif(current_setting('app.function', true), '');
  v_org_id uuid;
  v_row_id text;
  v_old jsonb;
  v_changed text[];
begin
  if tg_op = 'UPDATE' then
    if old is not distinct from new then
      return null;
    end if;
    v_old := to_jsonb(old);
    select array_agg(n.key order by n.key)
    into v_changed
    from jsonb_each(to_jsonb(new)) n
    where n.value is distinct from v_old -> n.key;
  end if;

  -- Nearly every table's key is id; reading the field beats turning the row into JSON.
  if tg_nargs = 0 and tg_op = 'DELETE' then
    v_org_id := old.org_id;
    v_row_id := old.id;
  elsif tg_nargs = 0 then
    v_org_id := new.org_id;
    v_row_id := new.id;
  else
    v_old := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
    v_org_id := v_old ->> tg_argv[0];
    v_row_id := (select string_agg(v_old ->> k.name, ' ' order by k.nth) from unnest(tg_argv[1:]) with ordinality k (name, nth));
  end if;

  insert into public.audit_log (org_id, actor, user_id, call_sid, via, table_name, row_id, verb, changed)
  values (
    v_org_id,
    case
      when v_user_id is not null then 'staff'
      when v_call_sid is not null then 'call'
      when v_function is not null then 'function'
      else 'role'
    end,
    v_user_id,
    v_call_sid,
    -- As its owner this function cannot see who called it; the role that was set, or that logged in, is still known.
    coalesce(v_function, nullif(current_setting('role'), 'none'), session_user),
    tg_table_name,
    v_row_id,
    lower(tg_op),
    v_changed
  );
  return null;
end;
$$;
comment on function private.record_change() is
  'Writes the audit trail''s entry for a changed row. Without arguments the row is named by org_id and id; else by the column of the clinic and those of the row in it.';
revoke all on function private.record_change() from public;

create function private.refuse_truncate()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'Truncating % would leave no trail; delete its rows.', tg_table_name
    using errcode = 'insufficient_privilege';
end;
$$;
comment on function private.refuse_truncate() is
  'Refuses to empty a table of clinics'' rows past the audit trail.';
revoke all on function private.refuse_truncate() from public;

create function private.keep_audited(p_table regclass)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_clinic constant text := case when p_table = 'public.organizations'::regclass then 'id' else 'org_id' end;
  v_key constant text[] := array(
    select a.attname
    from pg_index i
    cross join unnest(i.indkey) with ordinality k (attnum, nth)
    join pg_attribute a
      on a.attrelid = i.indrelid
      and a.attnum = k.attnum
    where i.indrelid = p_table
      and i.indisprimary
      -- The key may be the clinic alone, when it has one such row.
      and (a.attname <> 'org_id' or i.indnkeyatts = 1)
    order by k.nth
  );
begin
  execute format(
    'create trigger audit after insert or update or delete on %s for each row execute function private.record_change(%s)',
    p_table,
    (
      select string_agg(quote_literal(argument), ', ')
      from unnest(v_clinic || v_key) argument
      where (v_clinic, v_key) <> ('org_id', '{id}')
    )
  );
  execute format('alter table %s enable always trigger audit', p_table);
  execute format(
    'create trigger refuse_truncate before truncate on %s for each statement execute function private.refuse_truncate()',
    p_table
  );
  execute format('alter table %s enable always trigger refuse_truncate', p_table);
end;
$$;
comment on function private.keep_audited(regclass) is
  'For migrations: puts a tenant table on the audit trail, and sees that it is not emptied past it.';
revoke all on function private.keep_audited(regclass) from public;

-- Every table of the chapters before. The ledger too: its rows come and go with holds and appointments, but a claim that
-- went another way is what one would want to find. Each later table calls private.keep_audited in its own chapter.
do $$
begin
  perform private.keep_audited(c.oid)
  from pg_class c
  where c.relnamespace = 'public'::regnamespace
    and c.relkind = 'r'
    and c.oid <> 'public.audit_log'::regclass;
end;
$$;
