package vocabulary

// GatewayKeys are the keys of CSP.ini that the Web Gateway Guide documents, or that
// the gateway writes itself, separated by spaces. A gateway ignores one that it does
// not know, so a misspelt key would go unnoticed.
const GatewayKeys = "Accept_X_Forwarded_For Alternative_Servers Configuration_Initialized " +
	"Configuration_Initialized_Build" +
	" Configuration_Modified Connection_Closed Connection_Security_Level Default_Server Env_Parameters Event_Log_File" +
	" Event_Log_Rotation_Size Extra_CGI_Env_Variables GZIP_Compression GZIP_Exclude_File_Types GZIP_Minimum_File_Size" +
	" IRISCONNECT_LIBRARY_PATH Instance_Host_Name Ip_Address KeepAlive Keytable MAX_CACHE_SIZE MAX_CONNECTIONS" +
	" Maximum_Logged_Request_Size Maximum_Server_Connections Maximum_Session_Connections Minimum_Server_Connections " +
	"Mirror_Aware" +
	" No_Activity_Timeout Non_Parsed_Headers Password Proc_Class Product Queued_Request_Timeout READONLY " +
	"REGISTRY_METHODS RELOAD" +
	" Response_Size_Notification Retain_All_Log_Files SM_Forms SM_Timeout SSLCC_CA_Certificate_File " +
	"SSLCC_Certificate_File" +
	" SSLCC_Certificate_Key_File SSLCC_Cipher_Suites SSLCC_Cipher_Suites_1_3 SSLCC_Key_Type " +
	"SSLCC_Private_Key_Password" +
	" SSLCC_Protocol SSLCC_Protocol_Max SSLCC_Protocol_Min SSLCC_Verify_Peer Server_Busy Server_Error " +
	"Server_Response_Timeout" +
	" Server_Timeout Server_Unavailable Service_Principal_Name System_Manager System_Manager_UNPW_Override TCP_Port" +
	" Timeout_All_Connections Username Web_Server_ID_Cookie"

// gateway is what stands in the files of a Web Gateway, and the pages behind it.
func gateway() []Entry {
	list := rows(Gateway, Documented, gatewayGuide,
		"SYSTEM.REGISTRY_METHODS SYSTEM.Server_Response_Timeout SYSTEM.System_Manager path.Alternative_Server_0 "+
			"path.Default_Server"+" server.Connection_Security_Level server.Ip_Address "+
			"server.Minimum_Server_Connections server.Mirror_Aware server.Password"+" "+
			"server.Server_Response_Timeout server.TCP_Port server.Username")
	for _, key := range []string{"CA_Certificate_File", "Certificate_File", "Certificate_Key_File", "Cipher_Suites",
		"Cipher_Suites_1_3", "Key_Type", "Protocol_Max", "Protocol_Min", "Verify_Peer"} {
		list = append(list, Entry{Gateway, "server.SSLCC_" + key, tlsReleases, Documented, gatewayGuide,
			"With Connection_Security_Level=10: so " + examples + " and the class reference (%CSP.Mgr.GatewayMgr); " +
				"the " +
				"Web Gateway Guide's page of parameters says 4."})
	}
	list = append(list, rows(Directive, Documented, gatewayGuide, "CSP")...)
	list = append(list, rows(Directive, Public, examples, "CSPConfigPath CSPModulePath")...)
	return append(
		list,
		Entry{
			Page,
			"/csp/mirror_status.cxw",
			"",
			Measured,
			simplemirror,
			"Documented once, as the path /csp/user/mirror_status.cxw, in the InterSystems Cloud Manager Guide. " +
				"200 on the primary and 503 on the backup are measured; the code on asyncs is inferred.",
		},
		Entry{Page, "/csp/bin/Systems/Module.cxw", "", Documented, gatewayGuide, ""},
		Entry{
			Page,
			"/csp/sys/%25CSP.Portal.Home.zen",
			"",
			Public,
			simplemirror,
			"Below the path of a member; the portal's own links may leave it.",
		},
		Entry{Page, "/api/mgmnt/", "", Public, simplemirror, ""},
		Entry{
			Page,
			"/api/monitor/",
			"",
			Documented,
			monitoring,
			"Below the path of an instance, and there metrics. The web application asks for no password by default.",
		},
	)
}
