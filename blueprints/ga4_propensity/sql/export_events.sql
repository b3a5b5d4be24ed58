-- Writes the columns of GA4 events that this project reads to a bucket, as Parquet: a tenth of the bytes of whole days.
--
-- Put your own names in place of `my-project`, `analytics_123456789` and `my-bucket`, and give the days:
--
--   bq query --use_legacy_sql=false \
--       --parameter=first_day::20240501 --parameter=last_day::20240528 < sql/export_events.sql
--   gsutil -m cp 'gs://my-bucket/ga4/events_*.parquet' data/01_raw/
--
-- `events_intraday_*`, the tables of the day that is still going on, are left out: their rows are not final.
EXPORT DATA OPTIONS (
    uri = 'gs://my-bucket/ga4/events_*.parquet',
    format = 'PARQUET',
    compression = 'ZSTD',
    overwrite = true
) AS
SELECT
    event_timestamp,
    event_date,
    event_name,
    user_pseudo_id,
    -- Only the parameter that is read. For other features add its key here, and its field to the schema `Event`.
    ARRAY(
        SELECT AS STRUCT
            key,
            STRUCT(value.string_value, value.int_value, value.float_value, value.double_value) AS value
        FROM UNNEST(event_params)
        WHERE key IN ('ga_session_id')
    ) AS event_params,
    STRUCT(
        device.category,
        device.operating_system,
        STRUCT(device.web_info.browser) AS web_info
    ) AS device,
    STRUCT(geo.country, geo.city) AS geo,
    STRUCT(traffic_source.name, traffic_source.medium, traffic_source.source) AS traffic_source
FROM `my-project.analytics_123456789.events_*`
WHERE REGEXP_CONTAINS(_TABLE_SUFFIX, r'^\d{8}$')
    AND _TABLE_SUFFIX BETWEEN @first_day AND @last_day
