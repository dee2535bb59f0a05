package verify

// The table of instances.
var rosterCases = []brokenLab{
	{"roster instance unknown", "Unknown instance", swap(rosterPath, "app1) mirror", "app2) mirror")},
	{"roster instance missing", "Instance without a line", swap(rosterPath, "ap2r) mirror=ap2", "ap2b) mirror=ap2")},
	{"roster role unknown", "Unknown mirror role", swap(rosterPath, "role=drasync", "role=dr")},
	{"roster role of another", "Members that disagree", swap(rosterPath, "role=drasync", "role=rorasync")},
	{"roster mirror unknown", "Unknown mirror", swap(rosterPath, "app1) mirror=ap1", "app1) mirror=ap3")},
	{
		"roster second primary",
		"Second primary",
		swap(rosterPath, "ap1b) mirror=ap1 role=backup", "ap1b) mirror=ap1 role=primary"),
	},
	{"roster second backup", "Second backup", swap(rosterPath, "role=drasync", "role=backup")},
	{
		"roster no primary",
		"Mirror without a primary",
		swap(rosterPath, "ap1a) mirror=ap1 role=primary", "ap1a) mirror=ap1 role=drasync"),
	},
	{"roster route", "Unknown route into the mirror", swap(rosterPath, "setup=none", "setup=config")},
	{"roster route twice", "Second mirror", swap(rosterPath, "role=drasync setup=config", "role=drasync setup=sys")},
	{
		"roster route without a mirror",
		"Member that nobody makes one",
		swap("iris/merge/ap1d.cpf", "ConfigMirror:Name=AP1,Member=drasync", "#"),
	},
	{"roster system name twice", "Duplicate system name", swap(rosterPath, "system_name=AP1D", "system_name=AP1B")},
	{
		"roster system name of the merge file",
		"Members that disagree",
		swap(rosterPath, "system_name=AP1D", "system_name=AP1X"),
	},
	{
		"roster address of another",
		"Address of another service",
		swap(rosterPath, "client_address=10.0.100.9", "client_address=10.0.100.8"),
	},
	{"roster founder", "Founder that is not the primary", swap(rosterPath, "founder=10.0.1.3", "founder=10.0.1.4")},
	{
		"roster arbiter",
		"Member as arbiter",
		swap(rosterPath, "founder=10.0.1.3 arbiter=10.0.100.2", "founder=10.0.1.3 arbiter=10.0.100.5"),
	},
	{
		"roster peer of another mirror",
		"Peer that is no other member",
		swap(rosterPath, "peers=(10.0.1.4 10.0.1.5)", "peers=(10.0.1.4 10.0.1.6)"),
	},
	{"roster peer missing", "Missing peer", swap(rosterPath, "peers=(10.0.1.4 10.0.1.5)", "peers=(10.0.1.4)")},
	{
		"roster configuration name",
		"Path that the instance does not answer to",
		swap(rosterPath, "config_name=app1", "config_name=app"),
	},
	{
		"roster resource",
		"Unknown resource",
		swap(
			rosterPath,
			`ap1) set_name=AP1 founder=10.0.1.3 arbiter=10.0.100.2 durable=yes`+
				` databases=("MIRRORDB MIRRORNS /home/irisowner/db/mirrordb/ %DB_MIRRORDB")`,
			`ap1) set_name=AP1 founder=10.0.1.3 arbiter=10.0.100.2 durable=yes`+
				` databases=("MIRRORDB MIRRORNS /home/irisowner/db/mirrordb/ %DB_MIRROR")`,
		),
	},
	{
		"roster database",
		"Members that disagree",
		swap(
			rosterPath,
			`ap2) set_name=AP2 founder=10.0.1.6 arbiter=10.0.100.2 durable=yes databases=("MIRRORDB MIRRORNS`,
			`ap2) set_name=AP2 founder=10.0.1.6 arbiter=10.0.100.2 durable=yes databases=("MIRRORDB MIRROR`,
		),
	},
	{
		"roster durable",
		"Data that is kept for some members only",
		swap(
			rosterPath,
			"founder=10.0.1.6 arbiter=10.0.100.2 durable=yes",
			"founder=10.0.1.6 arbiter=10.0.100.2 durable=no",
		),
	},
	{
		"roster configuration file",
		"Unknown configuration file",
		swap(rosterPath, "cpf=/usr/irissys/iris.cpf", "cpf=/usr/irissys/mgr/iris.cpf"),
	},
	{
		"account password",
		"Password that the instance does not have",
		swap(rosterPath, "'a password'", "'another password'"),
	},
	{"account missing", "Account that nobody sets up", swap(rosterPath, "Gateway 'a password'", "")},
}

// Merge files of a mirror.
var mirrorCases = []brokenLab{
	{"mirror set", "Members that disagree", swap(mergePath, "ConfigMirror:Name=AP1", "ConfigMirror:Name=AP2")},
	{
		"mirror arbiter",
		"Members that disagree",
		swap(mergePath, "ArbiterURL=10.0.100.2:2188", "ArbiterURL=arbiter:2188"),
	},
	{
		"mirror joins a backup",
		"Founder that is not the primary",
		swap("iris/merge/ap1d.cpf", "Primary=10.0.1.3", "Primary=10.0.1.4"),
	},
	{
		"mirror joins an application server",
		"Member without a mirror to join",
		swap("iris/merge/ap1d.cpf", "Primary=10.0.1.3", "Primary=10.0.1.9"),
	},
	{
		"mirror agent address",
		"Address that the agent does not have",
		swap("iris/merge/ap1d.cpf", "Primary=10.0.1.3", "Primary=10.0.100.3"),
	},
	{"mirror second backup", "Second backup", swap("iris/merge/ap1d.cpf", "Member=drasync", "Member=backup")},
	{
		"mirror member as arbiter",
		"Member as arbiter",
		swap(mergePath, "ArbiterURL=10.0.100.2:2188", "ArbiterURL=10.0.100.5:2188"),
	},
	{
		"mirror database directory",
		"Members that disagree",
		swap(mergePath, "Directory=/home/irisowner/db/mirrordb/", "Directory=/home/irisowner/db/mirror/"),
	},
	{
		"mirror database of another set",
		"Database of another mirror",
		swap(mergePath, "MirrorSetName=AP1", "MirrorSetName=AP2"),
	},
	{
		"mirror database unknown to the primary",
		"Database that the primary does not have",
		swap("iris/merge/ap1a.cpf", ",MirrorSetName=AP1,MirrorDBName=MIRRORDB", ""),
	},
	{
		"mirror database missing",
		"Missing mirrored database",
		swap(mergePath, ",MirrorSetName=AP1,MirrorDBName=MIRRORDB", ""),
	},
	{"mirror memory", "Members that disagree", swap(mergePath, "gmheap=512000", "gmheap=256000")},
	{
		"port of another service",
		"Port of another service",
		swap(
			gatewayPath,
			"[ap2r]\nIp_Address=10.0.100.8\nTCP_Port=1972",
			"[ap2r]\nIp_Address=10.0.100.8\nTCP_Port=2188",
		),
	},
}

// ECP.
var ecpCases = []brokenLab{
	{"ecp limit", "Data server without room", swap("iris/merge/ap1a.cpf", "MaxServerConn=16", "MaxServerConn=0")},
	{
		"ecp service",
		"Data server without ECP",
		swap("iris/merge/ap1a.cpf", "ModifyService:Name=%Service_ECP,Enabled=1\n", ""),
	},
	{"ecp to an async", "Data server that is no failover member", swap(ecpPath, "AP1=10.0.100.3", "AP1=10.0.100.5")},
	{"ecp to a balancer", "Data server that is no instance", swap(ecpPath, "AP1=10.0.100.3", "AP1=10.0.100.12")},
	{"ecp not to a mirror", "ECP connection that the mirror refuses", swap(ecpPath, "1972,1", "1972,0")},
	{"ecp set", "Database of another mirror", swap(ecpPath, ":mirror:AP1:", ":mirror:AP2:")},
	{
		"ecp database",
		"Database that the mirror does not have",
		swap(ecpPath, ":mirror:AP1:MIRRORDB", ":mirror:AP1:OTHER"),
	},
	{
		"ecp namespace",
		"Members that disagree",
		swap(ecpPath, "CreateNamespace:Name=MIRRORNS", "CreateNamespace:Name=OTHER"),
	},
}
