-- Answers: a caller's question finds what its own clinic has written down, in the language in which it is written, also when
-- words were misheard; and what is not clear is not called so.
begin;
set local search_path = public, extensions;
select plan(14);

create function pg_temp.id(p_clinic integer)
returns uuid
language sql
immutable
return ('7e570900-0000-4000-8000-' || lpad(p_clinic::text, 12, '0'))::uuid;

insert into organizations (id, name, timezone)
values
  (pg_temp.id(1), 'Answers Clinic', 'UTC'),
  (pg_temp.id(2), 'Clinica Respuestas', 'UTC'),
  (pg_temp.id(3), 'Silent Clinic', 'UTC');
insert into knowledge_base_chunks (org_id, title, body, language)
values
  (pg_temp.id(1), 'Parking', 'Cars can be left behind the house, where the first hour is free.', 'english'),
  (pg_temp.id(1), 'Insurance', 'We take most insurance plans. Please bring your card.', 'english'),
  (pg_temp.id(1), 'Payment', 'You can pay by card or in cash.', 'english'),
  (pg_temp.id(1), 'Root canal treatment', 'It takes two visits.', 'english'),
  (pg_temp.id(2), 'Aparcamiento', 'Puede dejar el coche detrás de la casa.', 'spanish'),
  (pg_temp.id(2), 'Vacunas', 'Vacunamos a los niños los martes.', 'spanish');

create function pg_temp.asked(p_query text, p_clinic integer default 1)
returns text
language sql
as $$
  select coalesce(a -> 'chunks' -> 0 ->> 'title', 'nothing') || case when (a ->> 'clear')::boolean then ', clear' else '' end
  from public.search_knowledge(pg_temp.id(p_clinic), p_query) a
$$;

select is(pg_temp.asked('where can I park'), 'Parking, clear', 'A question finds its answer by the stem of a word');
select is(pg_temp.asked('PARKING?'), 'Parking, clear', '… however it is written');
select is(pg_temp.asked('what do you do about insurances'), 'Insurance, clear', '… among words that no answer has');
select is(pg_temp.asked('an insurrance'), 'Insurance, clear', 'A word that the recogniser misheard matches nothing; the likest title does');
select is(pg_temp.asked('root canel treetment'), 'Root canal treatment', '… but by a third of what was said nothing is clear: better a message than a wrong answer');
select is(pg_temp.asked('xylophone lessons'), 'nothing', 'What is like nothing finds nothing');
select is(pg_temp.asked('do you have a card'), 'Insurance', 'Two answers that fit as well: the better is no clear answer');
select is(pg_temp.asked('what is it'), 'nothing', 'Words that say nothing find nothing');
select is(pg_temp.asked('¿vacunan a mi niña?', 2), 'Vacunas, clear', 'In Spanish words are stemmed as in Spanish');
select is(pg_temp.asked('aparcamientos', 2), 'Aparcamiento, clear', '… and their plural found');
select is(pg_temp.asked('insurance', 2), 'nothing', 'Another clinic''s answer is none');
select is(pg_temp.asked('insurance', 3), 'nothing', 'A clinic that has written nothing down answers nothing');
select is(
  array(select jsonb_object_keys(c) from jsonb_array_elements(public.search_knowledge(pg_temp.id(1), 'card', 1) -> 'chunks') c order by 1),
  '{body,id,score,title}',
  'No more answers are given than were asked for, each with what can be read out'
);
select is(
  array(
    select public.search_knowledge(o, q, l) ->> 'reason'
    from (values
      (null::uuid, 'parking', 3), (pg_temp.id(1), null, 3), (pg_temp.id(1), repeat('x', 1001), 3), (pg_temp.id(1), 'parking', 0),
      (pg_temp.id(1), 'parking', 21), (pg_temp.id(9), 'parking', 3)
    ) a (o, q, l)
  ),
  '{invalid_input,invalid_input,invalid_input,invalid_input,invalid_input,not_found}',
  'A question that is none is refused, and so is a clinic that does not exist'
);

select * from finish();
rollback;
