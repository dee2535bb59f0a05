package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v11/controller"
)

// provisionerName is what a storage class names as its provisioner.
const provisionerName = "mirrorgen.test/local-volumes"

// newVolumesCommand returns the command local-volumes: a provisioner that gives each
// claim a directory. The nodes of the test cluster share one file system, so that a
// volume follows its pod to any node, as a cloud's disk does. The volumes are of the
// kind "local", since those, unlike the kind "hostPath", heed a pod's fsGroup.
func newVolumesCommand() *cobra.Command {
	var kubeconfig, directory string
	command := &cobra.Command{
		Use:  "local-volumes",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			provisioner := controller.NewProvisionController(command.Context(), client, provisionerName,
				volumes{directory}, controller.LeaderElection(false))
			provisioner.Run(command.Context())
			return nil
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&directory, "directory", "", "where the volumes' directories are made")
	return command
}

// volumes makes volumes below the directory of its name.
type volumes struct{ directory string }

func (v volumes) Provision(
	_ context.Context, options controller.ProvisionOptions,
) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(v.directory, options.PVName)
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	claim := options.PVC.Spec
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   claim.AccessModes,
			MountOptions:                  options.StorageClass.MountOptions,
			VolumeMode:                    claim.VolumeMode,
			Capacity: corev1.ResourceList{
				corev1.ResourceStorage: claim.Resources.Requests[corev1.ResourceStorage],
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				Local: &corev1.LocalVolumeSource{Path: path},
			},
			NodeAffinity: anyNode(),
		},
	}, controller.ProvisioningFinished, nil
}

func (v volumes) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	if volume.Spec.Local == nil || filepath.Dir(volume.Spec.Local.Path) != v.directory {
		return fmt.Errorf("volume %s is none of %s", volume.Name, v.directory)
	}
	return os.RemoveAll(volume.Spec.Local.Path)
}

// anyNode is the affinity that a volume of the kind "local" must have, and that every
// node satisfies.
func anyNode() *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{
		Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
			MatchExpressions: []corev1.NodeSelectorRequirement{{
				Key: corev1.LabelOSStable, Operator: corev1.NodeSelectorOpIn, Values: []string{"linux"},
			}},
		}}},
	}
}
