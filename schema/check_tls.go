package schema

import (
	"strings"
)

// TLSRelease is the first release whose class reference has the call with which a script
// admits a member by the name in its certificate (SYS.Mirror.AuthorizePendingMembers), and
// the TLS settings of a superserver (Security.Servers).
var TLSRelease = Version{2024, 3}

// checkTLS looks at what the tls block asks for: TLS at one end only helps nobody.
func (d *decoder) checkTLS(lab *Lab) {
	t := &lab.TLS
	if !t.On {
		for _, n := range lab.NGINX {
			d.about = &n.Decl
			if n.Given("https_port") && n.HTTPSPort != 0 {
				d.errorf(n.At("https_port"), "HTTPS without certificates",
					"nginx %q serves HTTPS where the lab has certificates, and the topology has no tls block. Add: "+
						"tls {}",
					n.Name)
			}
		}
		d.about = nil
		return
	}
	defer d.leave(d.enter(&t.Decl))
	d.checkTLSRelease(lab)
	d.checkSuperserverTLS(lab)
	if lab.SecretFiles.On && lab.SecretFiles.Directory == t.Directory {
		at := t.At("directory")
		if !t.Given("directory") {
			at = lab.SecretFiles.At("directory")
		}
		d.errorf(at, "One directory for two things",
			"%q is where the password is. Give the certificates a directory of their own.", t.Directory)
	}
	d.checkKeyDirectory(lab, t.Directory)
	d.checkHTTPS(lab)
}

// checkKeyDirectory: the licence key is not in a directory that others fill.
func (d *decoder) checkKeyDirectory(lab *Lab, directory string) {
	if strings.HasPrefix(lab.LicenseKey+"/", directory+"/") {
		d.errorf(lab.At("license_key"), "Licence key among certificates or secrets",
			"%q lies in the directory %q, which is for other files. Take another name, for example \"iris.key\".",
			lab.LicenseKey, directory)
	}
}

// checkTLSRelease refuses TLS in IRIS on releases of which nobody knows how to set it up.
func (d *decoder) checkTLSRelease(lab *Lab) {
	t, v := &lab.TLS, lab.Images.Version
	instances := len(lab.Mirrors) + len(lab.ApplicationServers)
	if v.Year == 0 || !v.Before(TLSRelease.Year, TLSRelease.Minor) || instances == 0 {
		return
	}
	wanted := []string{}
	for _, use := range []struct {
		argument, off string
		on            bool
	}{{"mirror", "false", t.Mirror}, {"superserver", `"off"`, t.Superserver != "off"}, {"gateway", "false", t.Gateway},
		{"ecp", "false", t.ECP}} {
		if use.on {
			wanted = append(wanted, use.argument+" = "+use.off)
		}
	}
	if len(wanted) == 0 {
		return
	}
	d.errorf(t.Range, "TLS on an old release",
		"IRIS %s is older than 2024.3, the first release of which it is known how a script admits a member by the "+
			"name "+
			"in its certificate (SYS.Mirror.AuthorizePendingMembers) and gives a superserver its certificate "+
			"(Security.Servers). Take a later image, or leave HTTPS alone: %s.", v, strings.Join(wanted, ", "))
}

// checkSuperserverTLS: who speaks TLS to a superserver needs one that does, and nobody
// speaks without it to one that requires it.
func (d *decoder) checkSuperserverTLS(lab *Lab) {
	t := &lab.TLS
	for _, user := range []struct {
		argument, who string
		on, there     bool
	}{
		{"gateway", "gateways", t.Gateway, len(lab.WebGateways) > 0},
		{"ecp", "application servers", t.ECP, len(lab.ApplicationServers) > 0},
	} {
		switch {
		case !user.there || t.refused("superserver") || t.refused(user.argument):
		case t.Superserver == "off" && user.on:
			d.errorf(t.At("superserver"), "TLS at one end only",
				"The superservers have no TLS, and the %s would ask for it. Set superserver to \"accept\" or "+
					"\"require\", or "+
					"%s = false.", user.who, user.argument)
		case t.Superserver == "require" && !user.on:
			d.errorf(t.At(user.argument), "TLS at one end only",
				"The superservers require TLS, and the %s would come without it. Set superserver = \"accept\", or "+
					"leave %s "+
					"out.", user.who, user.argument)
		}
	}
}

// checkHTTPS gives the nginx blocks their ports of HTTPS.
func (d *decoder) checkHTTPS(lab *Lab) {
	for i, n := range lab.NGINX {
		d.about = &n.Decl
		switch {
		case !lab.TLS.HTTPS && n.Given("https_port") && n.HTTPSPort != 0:
			d.errorf(n.At("https_port"), "HTTPS switched off",
				"The tls block at %s has https = false. Remove https_port, or that.", lab.TLS.Range)
		case lab.TLS.HTTPS && i > 0 && !n.Given("https_port") && !n.rawPorts():
			d.errorf(n.Range, "Which port?",
				"Only the first nginx has a default port of HTTPS, 443. Set https_port of %q, for example: "+
					"https_port = "+
					"8443 (0 is for HTTP alone).", n.Name)
		}
	}
}

// checkSecrets: with a secrets block there is one password, and it is nowhere else.
func (d *decoder) checkSecrets(lab *Lab) {
	s := &lab.SecretFiles
	if !s.On {
		return
	}
	defer d.leave(d.enter(&s.Decl))
	d.checkKeyDirectory(lab, s.Directory)
	if lab.IRIS.Given("password_hash") {
		d.about = &lab.IRIS.Decl
		d.errorf(lab.IRIS.At("password_hash"), "Two passwords",
			"The secrets block at %s gives the predefined accounts the password of a file, and password_hash another. "+
				"Remove one of them; to choose the password yourself, write it into %s/password before the first "+
				"start.",
			s.Range, s.Directory)
	}
	for _, g := range lab.WebGateways {
		d.about = &g.Decl
		if g.Given("password") {
			d.errorf(g.At("password"), "Two passwords",
				"The secrets block at %s gives the gateways the password of a file, so that none stands in "+
					"CSP.ini. Remove "+
					"password; to choose it yourself, write it into %s/password before the first "+
					"start.", s.Range, s.Directory)
		}
	}
}
