-- The readings once more, hand-written for DuckDB: one statement.
-- $first and $last are the Mondays of the first and the last week, $as_of is the instant they are known at.
create table readings as
with
-- Schedule periods cut to employment and to the weeks asked for, laid out over the weeks they touch.
cut as (
    select
        s.*,
        e.location_id,
        date_trunc('week', s.valid_from) as origin,
        greatest(s.valid_from, e.employed_from, $first) as since,
        least(coalesce(s.valid_to, '2999-12-31'), coalesce(e.employed_to, '2999-12-31'), $last + interval 6 day) as until
    from schedules s join engineers e using (engineer_id)
    where since <= until
),
touched as (
    select
        *,
        date_diff('day', origin, since) // 7 as low,
        unnest(range(
            low + ((cycle_week - low) % cycle_weeks + cycle_weeks) % cycle_weeks,
            date_diff('day', origin, until) // 7 + 1,
            cycle_weeks
        )) as nth
    from cut
),
periods as (
    select
        engineer_id, location_id, origin + to_days(7 * nth::int) as week_start, since, until, schedule,
        [monday_hours, tuesday_hours, wednesday_hours, thursday_hours, friday_hours, saturday_hours, sunday_hours] as day_hours
    from touched
),
contract as (
    select
        engineer_id,
        week_start,
        arg_min(schedule, since) as schedule,
        sum(
            case when since <= week_start and until >= week_start + interval 6 day
                then list_sum(day_hours)
                else list_sum(list_transform(day_hours, lambda hours, nth:
                    if(week_start + to_days(nth::int - 1) between since and until, hours, 0.0)))
            end
        ) as contract_hours
    from periods
    group by engineer_id, week_start
),
-- Holidays and leave are few: they look up the hours of their day.
free as (
    select p.engineer_id, p.week_start, sum(p.day_hours[isodow(h.holiday_date)]) as holiday_hours
    from holidays h
    join periods p on p.location_id = h.location_id and p.week_start = date_trunc('week', h.holiday_date)
        and h.holiday_date between p.since and p.until
    group by p.engineer_id, p.week_start
),
away as (
    select p.engineer_id, p.week_start, sum(least(l.leave_hours, p.day_hours[isodow(l.leave_date)])) as leave_hours
    from leave l
    join periods p on p.engineer_id = l.engineer_id and p.week_start = date_trunc('week', l.leave_date)
        and l.leave_date between p.since and p.until
    anti join holidays h on h.location_id = p.location_id and h.holiday_date = l.leave_date
    group by p.engineer_id, p.week_start
),
worked as (
    select engineer_id, week_start, sum(logged_hours) as worked_hours, sum(billable_hours) as billable_hours
    from worklogs
    where recorded_at < $as_of
    group by engineer_id, week_start
),
credited as (
    select engineer_id, week_start, sum(points_completed) as points from sprint_credits group by engineer_id, week_start
),
paged as (
    select
        engineer_id,
        week_start,
        count(*) filter (urgency = 'high') as n_pages,
        count(*) filter (urgency = 'high' and acknowledge_seconds is not null and not is_censored) as n_acknowledged_pages,
        count(*) filter (urgency = 'high' and is_censored) as n_missed_pages,
        count(*) filter (urgency <> 'high') as n_low_urgency_pages,
        median(acknowledge_seconds) filter (urgency = 'high') as acknowledge_median_seconds,
        median(resolve_seconds) filter (urgency = 'high') as resolve_median_seconds
    from pages
    where paged_at < $as_of
    group by engineer_id, week_start
),
mood as (
    select
        engineer_id,
        week_start,
        avg(vibes) as vibes,
        bool_or(trim(coalesce(note, '')) <> '') as has_note,
        bool_or(published_vibes is not null and vibes is distinct from published_vibes) as is_vibes_changed
    from vibes
    group by engineer_id, week_start
),
doubted as (
    select
        engineer_id,
        week_start,
        bool_or(metric = 'billable') as not_billable,
        bool_or(metric = 'velocity') as not_velocity,
        bool_or(metric = 'response') as not_response,
        bool_or(metric = 'vibes') as not_vibes
    from withheld
    group by engineer_id, week_start
),
-- A sprint's weeks are those whose Thursday lies in it by the zone of most of the team; the later started sprint wins.
zones as (
    select team_id, arg_min(timezone, (-members, timezone)) as timezone
    from (select team_id, timezone, count(*) as members from engineers group by team_id, timezone)
    group by team_id
),
started as (
    select
        team_id,
        sprint_id,
        start_at,
        date_trunc('week', timezone(timezone, start_at) + interval 3 day) as first_week,
        date_trunc('week', timezone(timezone, coalesce(complete_at, end_at, start_at)) - interval 3 day) as last_week
    from sprints join zones using (team_id)
    where start_at is not null
),
held as (
    select team_id, sprint_id, start_at, unnest(generate_series(first_week, last_week, interval 7 day)) as week_start
    from started
),
chosen as (
    select team_id, week_start, arg_max(sprint_id, (start_at, sprint_id)) as sprint_id
    from held
    group by team_id, week_start
),
calendar as (
    select *, week_start = max(week_start) over (partition by sprint_id) as is_sprint_end from chosen
),
joined as (
    select
        * exclude (holiday_hours, leave_hours),
        coalesce(holiday_hours, 0) as holiday_hours,
        coalesce(leave_hours, 0) as leave_hours,
        contract_hours - coalesce(holiday_hours, 0) - coalesce(leave_hours, 0) as available_hours,
        coalesce(k.is_billable_known and not coalesce(not_billable, false), false) as billable_known,
        coalesce(k.is_velocity_known and not coalesce(not_velocity, false), false) as velocity_known,
        coalesce(k.is_response_known and not coalesce(not_response, false), false) as response_known,
        coalesce(k.is_vibes_known and not coalesce(not_vibes, false), false) as vibes_known,
        if(billable_known, coalesce(worked_hours, 0), null) as worked,
        if(billable_known, coalesce(billable_hours, 0), null) as paid
    from contract
    join (select engineer_id, manager_id, team_id from engineers) using (engineer_id)
    left join free using (engineer_id, week_start)
    left join away using (engineer_id, week_start)
    left join worked using (engineer_id, week_start)
    left join credited using (engineer_id, week_start)
    left join paged using (engineer_id, week_start)
    left join mood using (engineer_id, week_start)
    left join doubted using (engineer_id, week_start)
    left join calendar using (team_id, week_start)
    left join known k using (week_start)
)
select
    engineer_id,
    week_start,
    manager_id,
    team_id,
    schedule,
    contract_hours,
    holiday_hours,
    leave_hours,
    available_hours,
    worked as worked_hours,
    paid as billable_hours,
    if(available_hours > 1e-9, 100 * paid / available_hours, null) as billable_pct,
    if(available_hours > 1e-9, 100 * worked / available_hours, null) as coverage_pct,
    sprint_id,
    coalesce(is_sprint_end, false) as is_sprint_end,
    if(velocity_known and sprint_id is not null, coalesce(points, 0), null) as points_completed,
    if(response_known, coalesce(n_pages, 0), 0) as n_pages,
    if(response_known, coalesce(n_acknowledged_pages, 0), 0) as n_acknowledged_pages,
    if(response_known, coalesce(n_missed_pages, 0), 0) as n_missed_pages,
    if(response_known, coalesce(n_low_urgency_pages, 0), 0) as n_low_urgency_pages,
    if(response_known, 100 * n_acknowledged_pages / nullif(n_acknowledged_pages + n_missed_pages, 0), null) as response_rate_pct,
    if(response_known, acknowledge_median_seconds, null) as acknowledge_median_seconds,
    if(response_known, resolve_median_seconds, null) as resolve_median_seconds,
    if(vibes_known, vibes, null) as vibes,
    vibes_known and coalesce(has_note, false) as has_note,
    vibes_known and coalesce(is_vibes_changed, false) as is_vibes_changed,
    billable_known as is_billable_known,
    velocity_known as is_velocity_known,
    response_known as is_response_known,
    vibes_known as is_vibes_known
from joined
order by engineer_id, week_start
