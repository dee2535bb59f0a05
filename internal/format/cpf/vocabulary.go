package cpf

import "strings"

// vocabulary is one section of the configuration parameter file.
type vocabulary struct {
	name   string
	prefix bool   // the name is a family, such as [Map.USER]
	keys   string // parameter names separated by spaces; "" where users choose them
}

// sections lists the sections that IRIS knows, with the parameters that they
// have in versions 2020 to 2026.
var sections = []vocabulary{
	{name: "Actions"},
	{name: "Cluster", keys: "CommIPAddress JoinCluster"},
	{name: "ComPorts"},
	{name: "ConfigFile", keys: "Product Version"},
	{name: "Conversions", keys: "LastConvertTime"},
	{name: "Databases"},
	{name: "DeviceSubTypes"},
	{name: "Devices"},
	{name: "ECP", keys: "ClientReconnectDuration ClientReconnectInterval ServerTroubleDuration"},
	{name: "ECPServers"},
	{name: "Gateways"},
	{name: "IO", keys: "File MagTape Other Terminal"},
	{
		name: "Journal",
		keys: "AlternateDirectory ArchiveName BackupsBeforePurge CompressFiles CurrentDirectory DaysBeforePurge" +
			" FileSizeLimit FreezeOnError JournalFilePrefix JournalcspSession PurgeArchived",
	},
	{name: "LicenseServers"},
	{name: "Logging", keys: "ChildProcessLaunchCommand Enabled EventFilter Format Interval Level"},
	{name: "MagTapes"},
	{name: "Map", prefix: true},
	{name: "MapMirrors", prefix: true},
	{
		name: "MirrorMember",
		keys: "AgentAddress AsyncMemberGUID AsyncMemberType AsyncUseSystemPurgeInterval JoinMirror SystemName" +
			" ValidatedMember VirtualAddressInterface",
	},
	{name: "Mirrors"},
	{name: "Miscellaneous", keys: miscellaneousKeys},
	{name: "Monitor", keys: monitorKeys},
	{name: "Namespaces"},
	{name: "SQL", keys: sqlKeys},
	{name: "SqlSysDatatypes"},
	{name: "SqlUserDatatypes"},
	{name: "Startup", keys: startupKeys + " " + formerMirrorKeys},
	{name: "Telnet", keys: "DNSLookup Port"},
	{name: "WorkQueues"},
	{name: "config", keys: configKeys},
}

const (
	configKeys = "LibPath MaxServerConn MaxServers Path PythonPath PythonRuntimeLibrary PythonRuntimeLibraryVersion " +
		"UUIDv1RandomMac" +
		" ZFString ZFSize bbsiz console errlog globals gmheap history ijcbuff ijcnum jrnbufs locksiz memlock netjob " +
		"nlstab overview" +
		" pijdir routines targwijsz udevtabsiz wijdir zfheap"
	startupKeys = "CallinHalt CallinStart CliSysName DBSizesAllowed DefaultPort DefaultPortBindAddress " +
		"EnableVSSBackup EnsembleAutoStart" +
		" ErrorPurge FIPSMode IPv6 JobHalt JobServers JobStart LicenseID MaxConsoleLogSize MaxIRISTempSizeAtStart " +
		"PasswordHash" +
		" ProcessHalt ProcessStart " + shardKeys + " " +
		"ShutdownTimeout SystemHalt SystemMode SystemPerformanceDailyReportsOn" +
		" SystemPerformanceDailyReportsRetentionDays SystemStart TempDirectory TerminalPrompt WebServer " +
		"WebServerName WebServerPort" +
		" WebServerProtocol WebServerSSLConfiguration WebServerURLPrefix ZSTU"
	// shardKeys make a sharded cluster. The Configuration Parameter File Reference of 2020 and 2021
	// has ShardRole and ShardMirrorMember (RACS_ShardRole and RACS_ShardMirrorMember, by the links of
	// intersystems-community/cpf-merge-mirror) and ShardClusterURL; EnableSharding and the regular
	// expressions stand in IRISMeister/simpleshard, for 2020.4 and 2021.1. Later releases have the
	// action ConfigShardedCluster.
	shardKeys = "EnableSharding ShardClusterURL ShardMasterRegexp ShardMasterURL ShardMirrorMember ShardRegexp " +
		"ShardRole"
	miscellaneousKeys = "AsyncDisconnectErr AsynchError BreakMode CollectResourceStats DisconnectErr FileMode " +
		"GlobalKillEnabled IEEEError" +
		" LicenseAltHeaders LineRecall ListFormat LogRollback MVDefined NodeNameInPid NullSubscripts OldZU5 " +
		"OpenMode PopError RefInKind" +
		" ScientificNotation SetZEOF ShutDownLogErrors StopID SwitchOSdir SynchCommit TelnetNUL TruncateOverflow " +
		"Undefined" +
		" UseNagleAlgorithm ViewPastData ZDateNull ZaMode"
	monitorKeys = "OTELInterval OTELLogLevel OTELLogs OTELMetrics SNMPEnabled"
	sqlKeys     = "ANSIPrecedence AdaptiveMode AllowRowIDUpdate AutoParallel AutoParallelThreshold " +
		"AutoStatsForEfficientSamplingTableOnly" +
		" AutoStatsForFixedStatsTable AutoStatsForRemoteGlobalTable BiasQueriesAsOutlier ClientMaxIdleTime Comment " +
		"DDLDefineBitmapExtent" +
		" DDLFinal DDLNo201 DDLNo30 DDLNo307 DDLNo311 DDLNo315 DDLNo324 DDLNo333 DDLSQLOnlyCompile DDLUseExtentSet " +
		"DDLUseSequence" +
		" DefaultSchema DelimitedIds DropDelete ECPSync ExtrinsicFunctions FastDistinct IdKey IdTrxFrom IdTrxTo " +
		"LockThreshold LockTimeout" +
		" ODBCVarcharMaxlen ParameterSampling QueryProcedures RTPC ReferentialChecks SaveMAC TCPKeepAlive " +
		"TODATEDefaultFormat TimePrecision"
)

// find returns the section of that name, whose case does not matter, or nil.
func find(name string) *vocabulary {
	for i := range sections {
		s := &sections[i]
		if s.prefix {
			if head, tail, found := strings.Cut(name, "."); found && tail != "" && strings.EqualFold(head, s.name) {
				return s
			}
			continue
		}
		if strings.EqualFold(s.name, name) {
			return s
		}
	}
	return nil
}

func sectionNames() string {
	names := make([]string, 0, len(sections))
	for _, s := range sections {
		if !s.prefix {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, " ")
}

// actionVocabulary is one action of the [Actions] section.
type actionVocabulary struct {
	name     string
	required string // arguments separated by spaces
	optional string
	open     bool // has more arguments than are listed here; only misspellings of these are known
	bare     bool // may stand without arguments, or with a name alone
}

// all lists every argument that is known.
func (a *actionVocabulary) all() string { return a.required + " " + a.optional }

const (
	applicationArguments = "AutheEnabled AutoCompile CSPZENEnabled CSRFToken ChangePasswordPage CookiePath " +
		"CorsAllowlist CorsCredentialsAllowed" +
		" CorsHeadersList DeepSeeEnabled Description DispatchClass Enabled ErrorPage EventClass GroupById " +
		"HyperEvent InbndWebServicesEnabled" +
		" IsNameSpaceDefault JWTAccessTokenTimeout JWTAuthEnabled JWTRefreshTokenTimeout LockCSPName LoginPage " +
		"MatchRoles NameSpace Path" +
		" PermittedClasses Recurse RedirectEmptyPath Resource ServeFiles ServeFilesTimeout SessionScope SuperClass " +
		"Timeout TwoFactorEnabled" +
		" Type UseCookies UserCookieScope WSGIAppLocation WSGIAppName WSGICallable WSGIDebug WSGIType iKnowEnabled"
	databaseArguments = "ClusterMountMode ExpansionSize GlobalJournalState LogicalOnly MaxSize MirrorDBName " +
		"MirrorSetName MountAtStartup" +
		" MountRequired NewGlobalCollation NewGlobalIsKeep ReadOnly ResourceName Seed Server Size StreamLocation"
	mirrorArguments = "AgentAddress AgentPort AllowParallelDejournaling ArbiterNode ArbiterURL " +
		"CompressionForAsyncMembers" +
		" CompressionForFailoverMembers CompressionTypeForAsyncMembers CompressionTypeForFailoverMembers ECPAddress " +
		"Map MirrorAddress" +
		" Ordinal QOSTimeout SSLDir SystemName UseSSL VirtualAddress VirtualAddressInterface"
	namespaceArguments = "Interop Library Routines SysGlobals SysRoutines TempGlobals"
	userArguments      = "AccountNeverExpires AutheEnabled ChangePassword Comment EmailAddress Enabled " +
		"EscalationRoles ExpirationDate FullName" +
		" HOTPKeyDisplay NameSpace PasswordHash PasswordNeverExpires PhoneNumber PhoneProvider Roles Routine"
	sslArguments = "CAFile CAPath CRLFile CertificateFile CipherList Ciphersuites Description DiffieHellmanBits " +
		"Enabled OCSP" +
		" PrivateKeyFile PrivateKeyPassword PrivateKeyType TLSMaxVersion TLSMinVersion Type VerifyDepth VerifyPeer"
	serverArguments = "Description Enabled EnabledSSLConfigs SSLConfig SSLSupportLevel SystemDefault"
	mapArguments    = "Collation LockDatabase"
)

// actions lists the actions that IRIS knows in versions 2020 to 2026.
var actions = []actionVocabulary{
	{name: "ConfigMirror", required: "Name Member Primary", optional: mirrorArguments},
	{name: "ConfigProduction", required: "Namespace Path Name", optional: "AutoStart"},
	{
		name:     "ConfigShardedCluster",
		required: "Role",
		optional: "ArbiterURL ClusterURL Map MasterRegexp Member Regexp SSLDir",
		open:     true,
	},
	{name: "CreateApplication", required: "Name", optional: applicationArguments, open: true},
	{name: "CreateComPort", required: "Name", open: true},
	{name: "CreateDatabase", required: "Name Directory", optional: databaseArguments},
	{name: "CreateDatabaseFile", required: "Directory", optional: databaseArguments, open: true},
	{name: "CreateDevice", required: "Name PhysicalDevice SubType Type", open: true},
	{name: "CreateDeviceSubType", required: "Name ScreenLength", open: true},
	{name: "CreateDocDB", required: "Name Namespace", open: true},
	{name: "CreateECPServer", required: "Name Address MirrorConnection Port SSLConfig", optional: "BatchMode"},
	{name: "CreateEvent", required: "Source Type Name Enabled", optional: "Description", open: true},
	{name: "CreateLDAPConfig", required: "Name", open: true},
	{name: "CreateLicenseServer", required: "Name Address Port", open: true},
	{name: "CreateMagTape", required: "Name SystemDevice"},
	{name: "CreateMapGlobal", required: "Namespace Name Database", optional: mapArguments, open: true},
	{name: "CreateMapPackage", required: "Namespace Name Database", optional: mapArguments},
	{name: "CreateMapRoutine", required: "Namespace Name Database", optional: mapArguments},
	{name: "CreateMirror", required: "Name", optional: mirrorArguments, open: true},
	{name: "CreateNamespace", required: "Name Globals", optional: namespaceArguments},
	{name: "CreateOAuth2Client", required: "ApplicationName ClientType ServerDefinition SSLConfiguration", open: true},
	{name: "CreateOAuth2Resource", required: "Name", optional: "Audiences Authenticator ServerDefinition", open: true},
	{
		name:     "CreateOAuth2Server",
		required: "SupportedScopes IssuerEndpoint CustomizationRoles CustomizationNamespace SSLConfiguration",
		open:     true,
	},
	{name: "CreateOAuth2ServerClient", open: true},
	{
		name:     "CreateOAuth2ServerDefinition",
		required: "IssuerEndpoint SSLConfiguration Metadata",
		optional: "InitialAccessToken ServerCredentials",
		open:     true,
	},
	{name: "CreateResource", required: "Name", optional: "Description PublicPermission Type"},
	{name: "CreateRole", required: "Name", optional: "Description EscalationOnly GrantedRoles Resources"},
	{name: "CreateSSLConfig", required: "Name", optional: sslArguments, open: true},
	{name: "CreateServer", required: "Port BindAddress", optional: serverArguments, open: true},
	{name: "CreateSqlSysDatatype", required: "Name Datatype"},
	{name: "CreateSqlUserDatatype", required: "Name Datatype"},
	{name: "CreateUser", required: "Name", optional: userArguments, open: true},
	{name: "CreateWalletCollection", required: "Name", open: true},
	{name: "CreateWalletKeyValue", required: "Name", open: true},
	{name: "CreateWalletRSA", required: "Name", open: true},
	{name: "CreateWalletSymmetricKey", required: "Name", open: true},
	{name: "CreateWebAppPctAccess", required: "Name AllowType Class AllowAccess", open: true},
	{name: "CreateWorkQueue", required: "Name", open: true},
	{name: "DeleteApplication", optional: "Name", bare: true},
	{name: "DeleteComPort", required: "Name"},
	{name: "DeleteDatabase", required: "Name Directory"},
	{name: "DeleteDatabaseFile", required: "Directory"},
	{name: "DeleteDevice", required: "Name"},
	{name: "DeleteDeviceSubType", required: "Name"},
	{name: "DeleteDocDB", required: "Name Namespace"},
	{name: "DeleteECPServer", required: "Name"},
	{name: "DeleteEvent", required: "Source Type Name"},
	{name: "DeleteLDAPConfig", required: "Name"},
	{name: "DeleteLicenseServer", required: "Name"},
	{name: "DeleteMagTape", required: "Name"},
	{name: "DeleteMapGlobal", required: "Namespace Name", optional: "Database"},
	{name: "DeleteMapPackage", required: "Namespace Name", optional: "Database"},
	{name: "DeleteMapRoutine", required: "Namespace Name", optional: "Database", open: true},
	{name: "DeleteMirror", required: "Name"},
	{name: "DeleteNamespace", required: "Name"},
	{name: "DeleteOAuth2Client", required: "ApplicationName"},
	{name: "DeleteOAuth2Resource", required: "Name"},
	{name: "DeleteOAuth2Server", bare: true},
	{name: "DeleteOAuth2ServerClient", open: true},
	{name: "DeleteOAuth2ServerDefinition", required: "IssuerEndpoint"},
	{name: "DeleteResource", required: "Name"},
	{name: "DeleteRole", required: "Name"},
	{name: "DeleteSSLConfig", required: "Name"},
	{name: "DeleteServer", required: "Port BindAddress"},
	{name: "DeleteSqlSysDatatype", required: "Name"},
	{name: "DeleteSqlUserDatatype", required: "Name"},
	{name: "DeleteUser", required: "Name"},
	{name: "DeleteWalletCollection", required: "Name", open: true},
	{name: "DeleteWalletKeyValue", required: "Name", open: true},
	{name: "DeleteWalletRSA", required: "Name", open: true},
	{name: "DeleteWalletSymmetricKey", required: "Name", open: true},
	{name: "DeleteWebAppPctAccess", required: "Name", open: true},
	{name: "DeleteWorkQueue", required: "Name"},
	{name: "DiscoverOAuth2Server", required: "IssuerEndpoint SSLConfiguration"},
	{
		name:     "Execute",
		required: "Namespace",
		optional: "ClassName MethodName RoutineName Arg1 Arg2 Arg3 Arg4 Arg5 Arg6 Arg7 Arg8 Arg9",
		open:     true,
	},
	{name: "GrantAdminPrivilege", required: "AdminPriv Grantee Namespace", optional: "WithGrant"},
	{name: "GrantPrivilege", required: "ObjPriv ObjList Type User Namespace", optional: "WithGrant"},
	{name: "ImportLocale", required: "FileName", optional: "Flags"},
	{name: "InstallLocale", required: "Name"},
	{name: "ModifyApplication", required: "Name", optional: applicationArguments, open: true},
	{name: "ModifyComPort", required: "Name", open: true},
	{name: "ModifyConfig", optional: configKeys},
	{name: "ModifyDatabase", required: "Name Directory", optional: databaseArguments},
	{name: "ModifyDatabaseFile", required: "Directory", optional: databaseArguments},
	{name: "ModifyDevice", required: "Name", open: true},
	{name: "ModifyDeviceSubType", required: "Name", open: true},
	{name: "ModifyDocDB", required: "Name Namespace", open: true},
	{name: "ModifyECP", optional: "Name ClientReconnectDuration ClientReconnectInterval ServerTroubleDuration"},
	{name: "ModifyECPServer", required: "Name", optional: "Address BatchMode MirrorConnection Port SSLConfig"},
	{name: "ModifyEvent", required: "Source Type Name", optional: "Description Enabled", open: true},
	{
		name: "ModifyJournal",
		optional: "AlternateDirectory ArchiveName BackupsBeforePurge CompressFiles CurrentDirectory DaysBeforePurge" +
			" FileSizeLimit FreezeOnError JournalFilePrefix JournalcspSession PurgeArchived",
	},
	{name: "ModifyLDAPConfig", required: "Name", open: true},
	{name: "ModifyLicenseServer", required: "Name", optional: "Address Port", open: true},
	{name: "ModifyLogging", optional: "ChildProcessLaunchCommand Enabled EventFilter Format Interval Level"},
	{name: "ModifyMagTape", required: "Name", optional: "SystemDevice"},
	{name: "ModifyMapGlobal", required: "Namespace Name", optional: "Database " + mapArguments, open: true},
	{name: "ModifyMapPackage", required: "Namespace Name", optional: "Database " + mapArguments},
	{name: "ModifyMapRoutine", required: "Namespace Name", optional: "Database " + mapArguments},
	{name: "ModifyMirror", required: "Name", optional: mirrorArguments, open: true},
	{
		name:     "ModifyMirrorMember",
		optional: "Name AsyncMemberType AsyncUseSystemPurgeInterval SystemName ValidatedMember VirtualAddressInterface",
		open:     true,
	},
	{name: "ModifyMiscellaneous", optional: miscellaneousKeys},
	{name: "ModifyMonitor", optional: monitorKeys},
	{name: "ModifyNamespace", required: "Name", optional: "Globals " + namespaceArguments},
	{name: "ModifyOAuth2Client", required: "ApplicationName", open: true},
	{name: "ModifyOAuth2Resource", required: "Name", open: true},
	{name: "ModifyOAuth2Server", open: true},
	{name: "ModifyOAuth2ServerClient", required: "ClientId", open: true},
	{
		name:     "ModifyOAuth2ServerDefinition",
		required: "IssuerEndpoint",
		optional: "InitialAccessToken Metadata SSLConfiguration ServerCredentials",
	},
	{name: "ModifyResource", required: "Name", optional: "Description PublicPermission Type"},
	{name: "ModifyRole", required: "Name", optional: "Description EscalationOnly GrantedRoles Resources"},
	{name: "ModifySQL", optional: sqlKeys},
	{name: "ModifySSLConfig", required: "Name", optional: sslArguments, open: true},
	{name: "ModifyServer", required: "Port BindAddress", optional: serverArguments, open: true},
	{
		name:     "ModifyService",
		required: "Name",
		optional: "AutheEnabled ClientSystems Enabled HttpOnlyCookies TwoFactorEnabled",
		open:     true,
	},
	{name: "ModifySqlSysDatatype", required: "Name", optional: "Datatype"},
	{name: "ModifySqlUserDatatype", required: "Name", optional: "Datatype"},
	{name: "ModifyStartup", optional: startupKeys + " " + formerMirrorKeys},
	{name: "ModifySystem", open: true},
	{name: "ModifyUser", required: "Name", optional: userArguments, open: true},
	{name: "ModifyWalletCollection", required: "Name", open: true},
	{name: "ModifyWalletKeyValue", required: "Name", open: true},
	{name: "ModifyWalletRSA", required: "Name", open: true},
	{name: "ModifyWalletSymmetricKey", required: "Name", open: true},
	{name: "ModifyWebAppPctAccess", required: "Name", open: true},
	{name: "ModifyWorkQueue", required: "Name", open: true},
	{name: "RegisterOAuth2Client", required: "ApplicationName"},
	{name: "RevokeAdminPrivilege", required: "AdminPriv Grantee Namespace"},
	{name: "RevokePrivilege", required: "ObjPriv ObjList Type User Namespace", open: true},
}

// HasAction reports whether IRIS has an action of that name.
func HasAction(name string) bool { return findAction(name) != nil }

func findAction(name string) *actionVocabulary {
	for i := range actions {
		if actions[i].name == name {
			return &actions[i]
		}
	}
	return nil
}

func actionNames() string {
	names := make([]string, 0, len(actions))
	for i := range actions {
		names = append(names, actions[i].name)
	}
	return strings.Join(names, " ")
}
