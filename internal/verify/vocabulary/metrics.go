package vocabulary

// metrics are those of /api/monitor/metrics that alerts and dashboards ask for.
func metrics() []Entry {
	list := rows(Metric, Documented, monitoring,
		"iris_csp_activity iris_csp_gateway_latency iris_csp_sessions iris_db_latency iris_mirror_missing_databases")
	return append(
		list,
		Entry{
			Metric,
			"iris_mirror_failover_ready",
			"",
			Documented,
			monitoring,
			"1 where the backup should take over if the primary failed. That both failover members say so is " +
				"inferred; FailoverNotReady is content with one of them.",
		},
		Entry{Metric, "iris_mirror_member_type", "", Documented, monitoring, "3 is a failover member."},
		Entry{Metric, "iris_mirror_status", "", Documented, monitoring, "2 is the primary."},
	)
}
