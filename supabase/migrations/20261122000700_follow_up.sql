-- What is left for people: messages and other tasks for staff, and what a clinic wants its callers to be told.

create table public.follow_up_tasks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  call_sid text check (call_sid ~ '^[A-Za-z0-9_-]{1,64}$'),
  contact_id uuid,
  appointment_id uuid,
  from_phone private.e164,
  reason text not null check (reason ~ '^[a-z][a-z_]{1,39}$'),
  body text check (length(body) <= 4000),
  recording_url text check (length(recording_url) <= 600),
  status text not null default 'open' check (status in ('open', 'in_progress', 'done')),
  assignee uuid,
  due_at timestamptz not null default now() + interval '1 day',
  idempotency_key text not null default gen_random_uuid()::text,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, idempotency_key),
  foreign key (org_id, contact_id) references public.contacts (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  foreign key (org_id, assignee) references public.memberships (org_id, user_id) on delete set null (assignee)
);
comment on table public.follow_up_tasks is
  'What a person has to do after a call: return a message, look after a call that ended badly. One cause makes one task (idempotency_key).';
create index follow_up_tasks_open_idx on public.follow_up_tasks (org_id, due_at)
  where status <> 'done';
create index follow_up_tasks_call_idx on public.follow_up_tasks (org_id, call_sid);
create index follow_up_tasks_contact_idx on public.follow_up_tasks (org_id, contact_id);
create index follow_up_tasks_appointment_idx on public.follow_up_tasks (org_id, appointment_id);
create index follow_up_tasks_assignee_idx on public.follow_up_tasks (org_id, assignee);
select private.keep_org_immutable('public.follow_up_tasks');

create table public.knowledge_base_chunks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  title text not null check (length(title) between 1 and 200),
  body text not null check (length(body) between 1 and 4000),
  -- A word and not a regconfig: such a column would stand in the way of an upgrade of Postgres.
  language text not null default 'english' check (language in ('english', 'spanish', 'simple')),
  search tsvector generated always as (
    case language
      when 'english' then setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')
      when 'spanish' then setweight(to_tsvector('spanish', title), 'A') || setweight(to_tsvector('spanish', body), 'B')
      else setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')
    end
  ) stored,
  unique (org_id, id)
);
comment on table public.knowledge_base_chunks is
  'Short answers that a clinic wants read to callers: opening hours, parking, what to bring.';
create index knowledge_base_chunks_search_idx on public.knowledge_base_chunks using gin (search);
select private.keep_org_immutable('public.knowledge_base_chunks');

alter table public.follow_up_tasks enable row level security;
select private.bind_engine('public.follow_up_tasks', 'select, insert, update');
select private.allow_members('public.follow_up_tasks', 'select', '{owner,staff,viewer}');
select private.allow_members('public.follow_up_tasks', 'insert', '{owner,staff}');
select private.allow_members('public.follow_up_tasks', 'update', '{owner,staff}');

alter table public.knowledge_base_chunks enable row level security;
select private.bind_engine('public.knowledge_base_chunks', 'select');
select private.allow_members('public.knowledge_base_chunks', 'select', '{owner,staff,viewer}');
select private.allow_members('public.knowledge_base_chunks', 'insert', '{owner}');
select private.allow_members('public.knowledge_base_chunks', 'update', '{owner}');
select private.allow_members('public.knowledge_base_chunks', 'delete', '{owner}');
