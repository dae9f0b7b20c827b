-- Calendar functions of CQL for compiled measures. All immutable and parallel safe; the simple ones are inlined by the planner.

-- Start of the year, month, day, hour, minute or second (precision 1 to 6) that an instant lies in; finer precisions leave it as it is.
create function cql_floor(instant timestamp, precision_number int) returns timestamp
language sql immutable parallel safe as $$
  select case precision_number
    when 1 then date_trunc('year', instant)
    when 2 then date_trunc('month', instant)
    when 3 then date_trunc('day', instant)
    when 4 then date_trunc('hour', instant)
    when 5 then date_trunc('minute', instant)
    when 6 then date_trunc('second', instant)
    else instant
  end
$$;

-- Last millisecond of that year, month, day, hour, minute or second.
create function cql_ceiling(instant timestamp, precision_number int) returns timestamp
language sql immutable parallel safe as $$
  select case precision_number
    when 1 then date_trunc('year', instant) + interval '1 year' - interval '1 millisecond'
    when 2 then date_trunc('month', instant) + interval '1 month' - interval '1 millisecond'
    when 3 then date_trunc('day', instant) + interval '1 day' - interval '1 millisecond'
    when 4 then date_trunc('hour', instant) + interval '1 hour' - interval '1 millisecond'
    when 5 then date_trunc('minute', instant) + interval '1 minute' - interval '1 millisecond'
    when 6 then date_trunc('second', instant) + interval '999 milliseconds'
    else instant
  end
$$;

-- Whole months from one instant to another: the largest number that added to the earlier one doesn't pass the later one, the day clamped to the month's end.
create function cql_months_between(first timestamp, last timestamp) returns int
language sql immutable parallel safe as $$
  select case
    when first <= last then estimate - (first + make_interval(months => estimate) > last)::int
    else -(-estimate - (last + make_interval(months => -estimate) > first)::int)
  end
  from (select ((extract(year from last) - extract(year from first)) * 12 + extract(month from last) - extract(month from first))::int as estimate) as calendar
$$;
