// Command workloads prints the schema of StatefulSets and Deployments in a form of JSON Schema,
// made of the OpenAPI document of a release of Kubernetes, whose path is its argument:
//
//	go run ./.ci/kubernetes.d/workloads FILE >internal/format/kubernetes/workloads.json
//
// The path is what this prints in .ci/kubernetes.d/cluster:
//
//	go list -m -f '{{.Dir}}/api/openapi-spec/v3/apis__apps__v1_openapi.json' k8s.io/kubernetes
//
// It leaves out descriptions and status, closes objects, and adds what the document says in words
// alone: how quantities and labels are written, and the values of some fields.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

const (
	prefix   = "#/components/schemas/"
	quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
	integer  = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
	fields   = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1"
)

// choices are the values of fields, by the end of the type's name and the field.
var choices = map[string][]string{
	"Toleration.operator":                        {"Exists", "Equal", "Lt", "Gt"},
	"Toleration.effect":                          {"", "NoSchedule", "PreferNoSchedule", "NoExecute"},
	"NodeSelectorRequirement.operator":           {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"},
	"LabelSelectorRequirement.operator":          {"In", "NotIn", "Exists", "DoesNotExist"},
	"Container.imagePullPolicy":                  {"Always", "IfNotPresent", "Never"},
	"Container.terminationMessagePolicy":         {"File", "FallbackToLogsOnError"},
	"ContainerPort.protocol":                     {"TCP", "UDP", "SCTP"},
	"HTTPGetAction.scheme":                       {"HTTP", "HTTPS"},
	"PodSpec.dnsPolicy":                          {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
	"PodSpec.preemptionPolicy":                   {"Never", "PreemptLowerPriority"},
	"PodSpec.restartPolicy":                      {"Always"},
	"PodSecurityContext.fsGroupChangePolicy":     {"OnRootMismatch", "Always"},
	"SeccompProfile.type":                        {"Localhost", "RuntimeDefault", "Unconfined"},
	"TopologySpreadConstraint.whenUnsatisfiable": {"DoNotSchedule", "ScheduleAnyway"},
	"VolumeMount.mountPropagation":               {"None", "HostToContainer", "Bidirectional"},
	"DeploymentStrategy.type":                    {"Recreate", "RollingUpdate"},
	"StatefulSetUpdateStrategy.type":             {"RollingUpdate", "OnDelete"},
	"StatefulSetSpec.podManagementPolicy":        {"OrderedReady", "Parallel"},
}

// labels are the fields whose keys and values are those of labels, and keys those whose keys are.
var (
	labels = []string{"ObjectMeta.labels", "PodSpec.nodeSelector", "LabelSelector.matchLabels"}
	keys   = []string{"ObjectMeta.annotations"}
)

type object = map[string]any

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give the path of an OpenAPI document")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var document struct {
		Components struct{ Schemas map[string]object }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	definitions := object{}
	var take func(name string)
	take = func(name string) {
		short := name[strings.LastIndex(name, ".")+1:]
		if definitions[short] != nil {
			return
		}
		part := object{}
		definitions[short] = part
		switch name {
		case quantity:
			part["type"], part["format"] = []string{"string", "number"}, "quantity"
			return
		case integer:
			part["type"] = []string{"string", "integer"}
			return
		case fields:
			part["type"] = "object"
			return
		}
		from := document.Components.Schemas[name]
		part["type"] = from["type"]
		properties, _ := from["properties"].(object)
		if properties == nil {
			return
		}
		taken := object{}
		for _, key := range slices.Sorted(maps.Keys(properties)) {
			if key != "status" {
				taken[key] = field(short+"."+key, properties[key].(object), take)
			}
		}
		part["properties"], part["additionalProperties"] = taken, false
	}
	take("io.k8s.api.apps.v1.StatefulSet")
	take("io.k8s.api.apps.v1.Deployment")
	return json.NewEncoder(os.Stdout).Encode(object{"$defs": definitions})
}

// field is the schema of one field, with what it refers to taken.
func field(name string, from object, take func(string)) object {
	if all, _ := from["allOf"].([]any); len(all) == 1 {
		from = all[0].(object)
	}
	if ref, _ := from["$ref"].(string); ref != "" {
		take(strings.TrimPrefix(ref, prefix))
		return object{"$ref": "#/$defs/" + ref[strings.LastIndex(ref, ".")+1:]}
	}
	to := object{"type": from["type"]}
	if items, _ := from["items"].(object); items != nil {
		to["items"] = field(name+"[]", items, take)
	}
	if values, _ := from["additionalProperties"].(object); values != nil {
		to["additionalProperties"] = field(name+"{}", values, take)
	}
	if list := choices[name]; list != nil {
		to["enum"] = list
	}
	switch {
	case slices.Contains(labels, name):
		to["propertyNames"] = object{"format": "label key"}
		to["additionalProperties"] = object{"type": "string", "format": "label"}
	case slices.Contains(keys, name):
		to["propertyNames"] = object{"format": "label key"}
	}
	return to
}
