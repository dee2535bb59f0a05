package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"mirrorgen/internal/plan"
	"mirrorgen/internal/standin"
)

// recipes are the stand-ins' images for a lab. What the override file may not say,
// because it replaces images and nothing else, is in their environment.
func recipes(p *plan.Plan, scale float64) []recipe {
	var list []recipe
	for _, image := range standin.Images() {
		r := recipe{Name: image.Name, Changes: []string{
			fmt.Sprintf("ENTRYPOINT [%q]", image.Entrypoint),
			"CMD []",
			"USER " + strconv.Itoa(image.User),
			"WORKDIR " + image.Workdir,
			fmt.Sprintf("ENV MIRRORGEN_TIME_SCALE=%g", scale),
			"ENV MIRRORGEN_IRIS_VERSION=" + p.Version.String(),
		}}
		for _, d := range image.Directories {
			r.Entries = append(r.Entries, entry{Path: d.Path, Mode: fs.ModeDir | 0o755, Owner: d.Owner})
		}
		for _, f := range image.Files {
			r.Entries = append(r.Entries, entry{Path: f.Path, Mode: 0o755, Owner: f.Owner, Content: []byte(f.Content)})
		}
		list = append(list, r)
	}
	return list
}

// makeImages makes the images of the stand-ins, and obtains those of the balancers.
func (l *rehearsedLab) makeImages(ctx context.Context) error {
	maker := imageMaker{engine: l.engine, executable: l.Executable, base: cmp.Or(l.Images.Base, DefaultBase),
		logf: l.logf}
	if err := maker.obtainAll(ctx, l.needed(maker.base)); err != nil {
		return err
	}
	made, err := maker.make(ctx, recipes(l.plan, l.TimeScale))
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, image := range made {
		kept[image] = true
	}
	if err := maker.tidy(ctx, kept); err != nil {
		l.logf("%s", err) // they only take disk space
	}
	l.images = map[plan.Kind]string{
		plan.KindArbiter:           made["arbiter"],
		plan.KindMember:            made["iris"],
		plan.KindApplicationServer: made["iris"],
		plan.KindGateway:           made["webgateway"],
		plan.KindNGINX:             l.Images.NGINX,
		plan.KindHAProxy:           l.Images.HAProxy,
		plan.KindPrometheus:        l.Images.Prometheus,
		plan.KindGrafana:           cmp.Or(l.Images.Grafana, made["grafana"]),
	}
	return nil
}

// needed lists the images that Docker must have or pull: the base of the stand-ins, and those
// of what runs as it is.
func (l *rehearsedLab) needed(base string) []string {
	list := []string{base}
	for _, s := range l.plan.Services {
		if image := l.real(s); image != "" && !slices.Contains(list, image) {
			list = append(list, image)
		}
	}
	return list
}

// real is the image of a service that no stand-in takes the place of, "" of the others.
func (l *rehearsedLab) real(s *plan.Service) string {
	switch s.Kind {
	case plan.KindNGINX:
		return cmp.Or(l.Images.NGINX, s.Image)
	case plan.KindHAProxy:
		return cmp.Or(l.Images.HAProxy, s.Image)
	case plan.KindPrometheus:
		return cmp.Or(l.Images.Prometheus, s.Image)
	case plan.KindContainer:
		return cmp.Or(l.Images.Own[s.Name], s.Image)
	case plan.KindGrafana:
		return l.Images.Grafana
	}
	return ""
}
