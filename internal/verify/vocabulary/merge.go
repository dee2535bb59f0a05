package vocabulary

// merge is what stands in merge files.
func merge() []Entry {
	list := rows(Section, Documented, cpfReference, "Actions ECPServers Startup config")
	list = append(list, rows(Parameter, Documented, cpfReference,
		"Startup.DefaultPort Startup.ShutdownTimeout config.MaxServerConn config.MaxServers config.globals "+
			"config.gmheap")...)
	list = append(list, rows(Parameter, Documented, mergeGuide, "Startup.PasswordHash")...)
	list = append(list, rows(Action, Documented, cpfReference,
		"CreateDatabase CreateNamespace CreateResource CreateSSLConfig ModifyService")...)
	list = append(
		list,
		Entry{
			Action,
			"ConfigMirror",
			"2023.2 and later",
			Documented,
			cpfReference,
			"Before 2023.2 only where the topology asks for it; the earliest use in public is " + kubernetes + " on " +
				"2023.2.",
		},
		Entry{
			Argument,
			"ConfigMirror.MirrorAddress",
			"2023.2 and later",
			Inferred,
			cpfReference,
			"Documented as a key of the mirror's founder; that a joining member honours it is inferred. " +
				"after-start.sh reads it back.",
		},
		Entry{Argument, "ConfigMirror.QOSTimeout", "2023.2 and later", Documented, cpfReference,
			"A key of SYS.Mirror.CreateNewMirrorSet's array, which the action takes as well."},
		Entry{Argument, "ConfigMirror.AgentAddress", "2023.2 and later", Inferred, cpfReference, "As MirrorAddress."},
		Entry{Argument, "ConfigMirror.ECPAddress", "2023.2 and later", Inferred, cpfReference, "As MirrorAddress."},
	)
	for _, argument := range []string{
		"Name", "Member", "Primary", "SystemName", "ArbiterURL", "AllowParallelDejournaling",
	} {
		list = append(list,
			Entry{Argument, "ConfigMirror." + argument, "2023.2 and later", Documented, cpfReference, ""})
	}
	list = append(list, secured()...)
	list = append(list, rows(Argument, Documented, cpfReference,
		"CreateDatabase.Name CreateDatabase.Directory CreateDatabase.ResourceName CreateDatabase.MirrorSetName "+
			"CreateDatabase.MirrorDBName CreateDatabase.Server CreateDatabase.LogicalOnly CreateNamespace.Name "+
			"CreateNamespace.Globals CreateNamespace.Routines CreateNamespace.Interop CreateResource.Name "+
			"CreateResource.Description ModifyService.Name ModifyService.Enabled")...)
	return list
}

// tlsReleases are those whose instances are given certificates.
const tlsReleases = "2024.3 and later"

// secured is what merge files say of TLS.
func secured() []Entry {
	var list []Entry
	for _, property := range []string{"CAFile", "CertificateFile", "Name", "PrivateKeyFile", "PrivateKeyType",
		"TLSMaxVersion", "TLSMinVersion", "Type", "VerifyPeer"} {
		list = append(list, Entry{Argument, "CreateSSLConfig." + property, tlsReleases, Documented, classes,
			"The action takes the properties of Security.SSLConfigs."})
	}
	return append(
		list,
		Entry{Argument, "ConfigMirror.SSLDir", tlsReleases, Documented, cpfReference,
			"The directory holds CAFile.pem, CertificateFile.pem and PrivateKeyFile.pem."},
		Entry{Argument, "ConfigMirror.UseSSL", tlsReleases, Documented, mergeGuide,
			"Whether SSLDir alone switches it on is not said, so the primary is given both."},
	)
}
