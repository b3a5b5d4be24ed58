-- The columns of GA4 events that this project reads, of some days: what `--env bigquery` asks. The days go beside the text as parameters.
--
-- It is Google's public sample; put the name of your own dataset in its place. Of tables of other days nothing is read, and nothing is
-- paid for. In order, since the same rows in another order are another answer.
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
FROM `bigquery-public-data.ga4_obfuscated_sample_ecommerce.events_*`
WHERE REGEXP_CONTAINS(_TABLE_SUFFIX, r'^\d{8}$')
    AND _TABLE_SUFFIX BETWEEN FORMAT_DATE('%Y%m%d', :first_day) AND FORMAT_DATE('%Y%m%d', :last_day)
ORDER BY event_timestamp, user_pseudo_id, event_name
