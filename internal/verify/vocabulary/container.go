package vocabulary

// container is what the containers are started with, and what their hooks, the
// scripts and the README send to IRIS.
func container() []Entry {
	list := rows(Flag, Documented, containers, "--after --before --key --check-caps --password-file")
	list = append(list, rows(Environment, Documented, containers,
		"IRISSYS ISC_CPF_MERGE_FILE ISC_CSP_CONF_FILE ISC_CSP_INI_FILE ISC_DATA_DIRECTORY ISC_PACKAGE_INSTALLDIR")...)
	list = append(list, rows(Path, Documented, containers, "/usr/irissys/iris.cpf /home/irisowner")...)
	list = append(
		list,
		Entry{
			Path,
			"/usr/local/etc/irissys/startISCAgent.sh",
			"",
			Public,
			simplemirror,
			"The arbiter's command, in use from 2020.3 to 2025.1; on images of 2026 it is inferred.",
		},
	)
	list = append(list, rows(Command, Documented, systemAdmin,
		"iris.list iris.qlist iris.session iris.start iris.stop iris.force iris.restart")...)
	list = append(list, methods()...)
	return append(list, properties()...)
}

// oldReleases are those whose merge files have no [Actions].
const oldReleases = "2020.1 to 2021.2"

// methods are those that hooks, scripts and the README's sessions call.
func methods() []Entry {
	list := rows(Method, Documented, availability,
		"SYS.Mirror.Demote SYS.Mirror.Promote SYS.Mirror.AddDatabase "+
			"SYS.Mirror.DistanceFromPrimaryDatabases SYS.Mirror.DistanceFromPrimaryJournalFiles")
	list = append(list, Entry{Method, "SYS.Mirror.PromoteWithNoPartner", "", Documented, availability,
		"Its argument, by reference, is in the class reference; whether it becomes a list or an array is not " +
			"said, so that drill.sh reads either."})
	list = append(list, rows(Method, Documented, classes,
		"$system.Mirror.IsMember $system.Mirror.GetMemberType $system.Mirror.GetMemberStatus "+
			"$system.Mirror.GetStatus $system.OBJ.Load $system.Status.GetErrorText "+
			"Security.Applications.Create Security.Applications.Modify Security.Applications.Exists "+
			"Security.Resources.Create Security.Resources.Exists Security.Services.Modify "+
			"Security.Users.Exists Security.Users.Modify "+
			"Config.Databases.Create Config.Databases.Exists Config.Namespaces.Create Config.Namespaces.Exists "+
			"SYS.Mirror.CreateNewMirrorSet SYS.Mirror.JoinMirrorAsFailoverMember SYS.Mirror.JoinMirrorAsAsyncMember "+
			"%Library.EnsembleMgr.EnableNamespace")...)
	list = append(list, rows(Method, Documented, gatewayGuide, "$system.CSP.SetConfig")...)
	return append(
		list,
		Entry{Method, "Config.MapMirrors.Get", "", Documented, classes,
			"The addresses of a member by name, to see that IRIS took them."},
		Entry{Method, "SYS.Database.CreateDatabase", "", Documented, classes,
			"The resource is the 5th argument, mirror name and set name of the database the 7th and 8th."},
		Entry{Method, "SYS.Database.%OpenId", "", Documented, classes, "For the property Mirrored alone."},
		Entry{Method, "Config.ECPServers.Create", oldReleases, Documented, classes,
			"In the class reference of 2024.3, and in public code of 2021 and 2022."},
		Entry{Method, "SYS.Mirror.AuthorizePendingMembers", tlsReleases, Documented, classes,
			"Its argument is the name in the certificate of a member that waits; after-start.sh spells it as IRIS " +
				"spells " +
				"the primary's own. The first release that has it is not known; 2024.3 is the first whose " +
				"reference does."},
		Entry{Method, "Security.Servers.Exists", tlsReleases, Inferred, classes,
			"The superserver of the default port. Its address is 0.0.0.0 or empty, so that both are tried."},
		Entry{Method, "Security.Servers.Get", tlsReleases, Documented, classes, "As Exists."},
		Entry{Method, "Security.Servers.Modify", tlsReleases, Documented, classes, "As Exists."},
		Entry{Method, "Security.System.Modify", tlsReleases, Documented, classes, "For the property SSLECPServer " +
			"alone."},
		Entry{Method, "SYS.ECP.AddAuthorizedCN", tlsReleases, Inferred, classes,
			"That it may be called again with a name that it has is inferred."},
		Entry{Method, "Config.ECPServers.Exists", oldReleases, Documented, classes, "As Create."},
	)
}

// properties are the nodes of the arrays that those methods take or fill.
func properties() []Entry {
	list := rows(Property, Documented, classes,
		"info.AllowParallelDejournaling info.ECPAddress info.MirrorAddress info.QOSTimeout "+
			"app.AutheEnabled app.DispatchClass app.Enabled app.MatchRoles app.NameSpace database.Directory "+
			"database.Server namespace.Globals namespace.Routines service.Enabled user.Password "+
			"member.ECPAddress member.MirrorAddress")
	for _, node := range []string{"Address", "MirrorConnection", "Port"} {
		list = append(list, Entry{Property, "server." + node, oldReleases, Documented, classes, ""})
	}
	return append(
		list,
		Entry{Property, "info.UseSSL", tlsReleases, Documented, classes, "Of the primary; the others take it from " +
			"there."},
		Entry{Property, "member.SSLComputerName", tlsReleases, Inferred, classes,
			"The name in a member's certificate. That it is there of the founder too is inferred; without it the " +
				"common " +
				"name alone is tried."},
		Entry{Property, "server.SSLConfig", tlsReleases, Documented, classes, ""},
		Entry{Property, "server.SSLSupportLevel", tlsReleases, Documented, classes, "0 none, 1 accept, 2 require."},
		Entry{Property, "system.SSLECPServer", tlsReleases, Documented, classes, "2: ECP with TLS alone."},
		Entry{Property, "tls.CAFile", tlsReleases, Documented, classes, "SSLInfo of SYS.Mirror."},
		Entry{Property, "tls.CertificateFile", tlsReleases, Documented, classes, "SSLInfo of SYS.Mirror."},
		Entry{Property, "tls.PrivateKeyFile", tlsReleases, Documented, classes, "SSLInfo of SYS.Mirror."},
		Entry{Property, "tls.PrivateKeyType", tlsReleases, Documented, classes, "2: RSA."},
		Entry{Property, "user.ChangePassword", "", Documented, classes,
			"0, so that the first login is not asked for another password, which REST and JDBC cannot answer."},
		Entry{Property, "info.AgentAddress", "", Documented, classes,
			"A key of every member, though [MapMirrors] need not keep it of an async."},
		Entry{Property, "info.ArbiterNode", "", Documented, classes, "Address and port with a bar between them."},
		Entry{Property, "member.AgentAddress", "", Documented, classes,
			"Empty on asyncs, by the Configuration Parameter File Reference: after-start.sh accepts both there."},
	)
}
