package vocabulary

// operatorReleases are those with which the operator's mirrors have been seen.
const operatorReleases = "2023.2 and later"

// Sources about InterSystems' operator.
const (
	operatorSample = "iris-sample.yaml of the operator's archive, in grongierisc's README of iris-oauth-fhir on k3d"
	operatorHooks  = "IKO Plus: HSSYS Mirroring with IKO (Developer Community)"
)

// operator is what manifests tell InterSystems' operator, and the names by which a lab finds
// what it makes of them.
func operator() []Entry {
	field := func(spelling, source, note string) Entry {
		return Entry{Field, spelling, operatorReleases, Public, source, note}
	}
	given := func(spelling, source, note string) Entry {
		return Entry{OperatorName, spelling, operatorReleases, Public, source, note}
	}
	return []Entry{
		field("apiVersion: intersystems.com/v1alpha1", kubernetes, "Of the kind IrisCluster; in "+examples+" too."),
		field("licenseKeySecret.name", kubernetes, "A secret with the key iris.key."),
		field("configSource.name", kubernetes, "A map; the operator appends its data.cpf to what it writes itself."),
		field("imagePullSecrets", kubernetes, "A list of names."),
		field("storageClassName", kubernetes, ""),
		field("updateStrategy.type", kubernetes, "RollingUpdate."),
		field("volumes", operatorSample, "A volume of a secret is shown there; one of a map is inferred, as the items "+
			"are Kubernetes' own."),
		field("topology.arbiter.image", kubernetes, ""),
		field("topology.arbiter.podTemplate.spec.env", kubernetes, ""),
		field("topology.data.image", kubernetes, ""),
		field("topology.data.compatibilityVersion", kubernetes, "Year, minor release and 0: \"2023.2.0\"."),
		field("topology.data.mirrored", kubernetes, "One primary and one backup. How asyncs are asked for, nothing "+
			"public shows."),
		field("topology.data.podTemplate.spec.args", operatorHooks, "Flags of iris-main as a list, a command with "+
			"blanks as one item: --after, and then /usr/bin/bash with a script."),
		field("topology.data.podTemplate.spec.env", operatorSample, ""),
		field("topology.data.podTemplate.spec.resources", kubernetes, ""),
		field("topology.data.storageDB.resources", kubernetes, "The other volumes of the operator keep their sizes."),
		field("topology.data.volumeMounts", operatorSample, ""),

		given("CLUSTER-data-0-0", kubernetes, "The pod of the first member, which founds the mirror, and "+
			"CLUSTER-data-0-1 that of the second. They are of a StatefulSet, whose controller gives them the label "+
			"statefulset.kubernetes.io/pod-name."),
		given("CLUSTER-arbiter-0", kubernetes, "The pod of the arbiter. That it is of a StatefulSet is inferred from "+
			"its name."),
		given("IRISMIRROR1", kubernetes, "The name of the mirror set, whatever the IrisCluster is called."),
		given("CLUSTER-DATA-0-0", kubernetes, "The system name of a member: its pod's, in capitals."),
		given("/irissys/data/IRIS/mgr/", kubernetes, "Where databases lie; the instance is called IRIS."),
		given("intersystems.com/name=CLUSTER", kubernetes, "Label of the volume claims, which stay when the "+
			"IrisCluster is deleted."),
		{OperatorName, "iris-svc", operatorReleases, Inferred, kubernetes,
			"The headless Service of the pods. Whether two IrisClusters of one namespace can share it is not known."},
		{OperatorName, "/irissys/data/IRIS/.lab-joined", operatorReleases, Inferred, kubernetes,
			"A file of after-start.sh, in a directory that IRIS itself writes to."},
		{OperatorName, "NetworkPolicy", operatorReleases, Inferred, kubernetes,
			"That the operator needs no connection to port 1972 or another of its pods; policies would refuse it."},
		{OperatorName, "kubectl delete iriscluster", operatorReleases, Inferred, kubernetes,
			"That an IrisCluster made anew takes up the volumes of the one before, as stop.sh and start.sh want it."},
		{OperatorName, "iris stop", operatorReleases, Inferred, kubernetes,
			"That the operator's probes leave a pod alone whose IRIS a drill has stopped."},
	}
}
