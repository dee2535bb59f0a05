package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mirrorgen/internal/plan"
)

// supply makes the images and gives them to the nodes, or to a registry. The balancers' own
// images the nodes fetch themselves, unless the user gives others.
func (s *clusterSite) supply(ctx context.Context) error {
	if err := s.makeImages(ctx); err != nil {
		return err
	}
	for kind, name := range map[plan.Kind]string{plan.KindNGINX: "nginx", plan.KindHAProxy: "haproxy",
		plan.KindPrometheus: "prometheus", plan.KindGrafana: "grafana"} {
		tagged, err := s.tag(ctx, name, s.images[kind])
		if err != nil {
			return err
		}
		s.images[kind] = tagged
	}
	s.own = map[string]string{}
	for name, image := range s.Images.Own {
		tagged, err := s.tag(ctx, name, image)
		if err != nil {
			return err
		}
		s.own[name] = tagged
	}
	var list []string
	seen := map[string]bool{"": true}
	for _, service := range s.plan.Services {
		if image := cmp.Or(s.own[service.Name], s.images[service.Kind]); !seen[image] {
			seen[image] = true
			list = append(list, image)
		}
	}
	began := time.Now()
	if s.Cluster.Registry != "" {
		if err := s.push(ctx, list); err != nil {
			return err
		}
	} else if err := s.load(ctx, list); err != nil {
		return err
	}
	s.logf("the cluster has the images (%.1f s)", time.Since(began).Seconds())
	return nil
}

// tag gives an image a name for what is in it; none where none is given.
func (s *clusterSite) tag(ctx context.Context, name, image string) (string, error) {
	if image == "" || strings.HasPrefix(image, repository+"/") {
		return image, nil
	}
	id, err := s.engine.docker(ctx, "image", "inspect", "--format", "{{.Id}}", image)
	if err != nil {
		return "", err
	}
	tagged := taggedName(name, id)
	_, err = s.engine.docker(ctx, "tag", image, tagged)
	return tagged, err
}

// load runs the user's command.
func (s *clusterSite) load(ctx context.Context, images []string) error {
	out, err := s.kubectl.combined(ctx, "bash", append([]string{"-c", s.Cluster.Load + ` "$@"`, "load"}, images...)...)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("the command of --load failed, so that the nodes lack the stand-ins' images:\n  %s %s\n  %s",
		s.Cluster.Load, strings.Join(images, " "), strings.Join(endOf(out, 5), "\n  "))
}

// push gives the images to the registry, and the workloads their names there.
func (s *clusterSite) push(ctx context.Context, images []string) error {
	there := map[string]string{}
	for _, image := range images {
		name := registryName(s.Cluster.Registry, image)
		_, err := s.engine.docker(ctx, "tag", image, name)
		if err == nil {
			_, err = s.engine.docker(ctx, "push", "--quiet", name)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("the registry %s of --registry does not take the stand-ins' images: log in "+
				"to it (docker login), or name another", s.Cluster.Registry), err)
		}
		there[image] = name
	}
	for kind, image := range s.images {
		if name := there[image]; name != "" {
			s.images[kind] = name
		}
	}
	for service, image := range s.own {
		if name := there[image]; name != "" {
			s.own[service] = name
		}
	}
	return nil
}
