package vocabulary

// container is what the containers are started with, and what their hooks, the
// scripts and the README send to IRIS.
func container() []Entry {
	list := rows(Flag, Documented, containers, "--after --before --key --check-caps")
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
		"iris.list iris.qlist iris.session iris.start iris.stop iris.force")...)
	list = append(list, rows(Command, Public, "OneLastTry/hc-mirror-sample-public", "iris.restart")...)
	list = append(list, methods()...)
	return append(list, properties()...)
}

// methods are those that hooks, scripts and the README's sessions call.
func methods() []Entry {
	list := rows(Method, Documented, availability,
		"SYS.Mirror.Demote SYS.Mirror.Promote SYS.Mirror.PromoteWithNoPartner SYS.Mirror.AddDatabase"+" "+
			"SYS.Mirror.DistanceFromPrimaryDatabases SYS.Mirror.DistanceFromPrimaryJournalFiles")
	list = append(list, rows(Method, Documented, classes,
		"$system.Mirror.IsMember $system.Mirror.GetMemberType $system.Mirror.GetMemberStatus"+" $system.OBJ.Load "+
			"$system.Status.GetErrorText Security.Applications.Create Security.Applications.Modify "+
			"Security.Applications.Exists"+" %Library.EnsembleMgr.EnableNamespace")...)
	list = append(list, rows(Method, Documented, gatewayGuide, "$system.CSP.SetConfig")...)
	list = append(list, rows(Method, Public, simplemirror,
		"SYS.Mirror.CreateNewMirrorSet SYS.Mirror.JoinMirrorAsFailoverMember $system.Mirror.GetStatus"+" "+
			"SYS.Database.CreateDatabase Config.Databases.Create Config.Databases.Exists Config.Namespaces.Create "+
			"Config.Namespaces.Exists"+" Security.Services.Modify Security.Resources.Create "+
			"Security.Resources.Exists Security.Users.Exists Security.Users.Modify")...)
	return append(
		list,
		Entry{
			Method,
			"SYS.Mirror.JoinMirrorAsAsyncMember",
			"",
			Public,
			agentic,
			"Signature read from a running 2026.2.",
		},
		Entry{
			Method,
			"SYS.Database.%OpenId",
			"",
			Inferred,
			classes,
			"For the properties Mirrored and ResourceName of a mirrored database; only where SYS.Mirror joins the " +
				"members.",
		},
		Entry{
			Method,
			"Config.ECPServers.Create",
			"2020.1 to 2021.2",
			Inferred,
			cpfReference,
			"The class behind [ECPServers]; seen once in public code, not on these releases.",
		},
		Entry{Method, "Config.ECPServers.Exists", "2020.1 to 2021.2", Inferred, cpfReference, "As Create."},
	)
}

// properties are the nodes of the arrays that those methods take.
func properties() []Entry {
	list := rows(Property, Public, simplemirror,
		"info.AgentAddress info.ArbiterNode info.ECPAddress info.MirrorAddress")
	list = append(list, rows(Property, Documented, cpfReference, "info.AllowParallelDejournaling")...)
	list = append(list, rows(Property, Documented, classes,
		"app.AutheEnabled app.DispatchClass app.Enabled app.MatchRoles app.NameSpace"+" database.Directory "+
			"database.Server namespace.Globals namespace.Routines service.Enabled user.Password")...)
	return append(
		list,
		Entry{
			Property,
			"server.Address",
			"2020.1 to 2021.2",
			Inferred,
			cpfReference,
			"Of Config.ECPServers.Create, named like the fields of [ECPServers].",
		},
		Entry{Property, "server.MirrorConnection", "2020.1 to 2021.2", Inferred, cpfReference, "As Address."},
		Entry{Property, "server.Port", "2020.1 to 2021.2", Inferred, cpfReference, "As Address."},
	)
}
