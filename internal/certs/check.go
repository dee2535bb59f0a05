package certs

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"mirrorgen/internal/artifact"
	"mirrorgen/internal/plan"
)

// Check says what is wrong with the certificates below the generated directory lab, as
// sentences with their remedies: none where all of them fit the topology and stay valid
// for a while.
func Check(lab string, tls *plan.TLS, now time.Time) []string {
	problems, _ := check(lab, tls, now)
	return append(problems, expiryStale(lab, tls)...)
}

// check is Check, and returns the complete ones as well.
func check(lab string, tls *plan.TLS, now time.Time) (problems []string, pairs map[*plan.Certificate]pair) {
	owners := map[string]string{} // by common name
	pairs = map[*plan.Certificate]pair{}
	for _, c := range tls.Certificates {
		directory := filepath.Join(lab, filepath.FromSlash(c.Directory))
		p, problem := read(directory, c)
		if p.certificate != nil {
			name := p.certificate.Subject.CommonName
			if first := owners[name]; first != "" {
				problems = append(problems, fmt.Sprintf("%s has the common name %q, and so has %s: a member is "+
					"known by it, "+
					"so that each needs one of its own. mirrorgen certs makes it.", c.Directory, name, first))
				continue
			}
			owners[name] = c.Directory
		}
		if problem == "" {
			pairs[c] = p
			if problem = p.fits(c, now); problem != "" {
				problem = c.Directory + ": " + problem
			}
		}
		if problem == "" && tls.Mounted {
			problem = unreadableInContainers(directory, c)
		}
		if problem != "" {
			problems = append(problems, problem)
		}
	}
	problems = append(problems, openDirectory(filepath.Join(lab, tls.Directory), tls.Directory)...)
	problems = append(problems, strangers(tls, pairs, now)...)
	return append(problems, swapped(tls, pairs)...), pairs
}

// unreadableInContainers: IRIS reads its files as uid 51773, and others as users of theirs.
func unreadableInContainers(directory string, c *plan.Certificate) string {
	for _, name := range []string{plan.CAFile, plan.CertificateFile, plan.PrivateKeyFile} {
		info, err := os.Stat(filepath.Join(directory, name))
		if err == nil && !readableInside(info) {
			return fmt.Sprintf("%s/%s is readable for its owner alone, and IRIS (uid %d in its container) is "+
				"another: chmod "+
				"a+r %s/%s. The directory around it keeps others on this host "+
				"out.", c.Directory, name, irisUID, c.Directory,
				name)
		}
	}
	return ""
}

// openDirectory: the keys are readable, because containers need it; so nobody else may enter
// the directory around them. Where the file system keeps no modes, nothing can be said.
func openDirectory(path, name string) []string {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() && info.Mode().Perm()&0o007 != 0 && artifact.KeepsModes(path) {
		return []string{fmt.Sprintf("%s is open to every user of this host, and private keys are in it: chmod 700 "+
			"%s", name,
			name)}
	}
	return nil
}

// irisUID is the user of IRIS in its container, and his group.
const irisUID = 51773

func readableInside(info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	if mode&0o004 != 0 {
		return true
	}
	user, group := ownerOf(info)
	return user == irisUID && mode&0o400 != 0 || group == irisUID && mode&0o040 != 0
}

// strangers: what one service shows, the others must trust.
func strangers(tls *plan.TLS, pairs map[*plan.Certificate]pair, now time.Time) []string {
	var problems []string
	groups := map[string]*plan.Certificate{} // by what they trust
	for _, c := range tls.Certificates {
		if p, ok := pairs[c]; ok {
			if trusted := string(encodeCertificates(p.trusted...)); groups[trusted] == nil {
				groups[trusted] = c
			}
		}
	}
	if len(groups) < 2 {
		return nil
	}
	var others []*plan.Certificate
	for _, c := range tls.Certificates {
		for _, first := range groups {
			if first == c {
				others = append(others, c)
			}
		}
	}
	for _, c := range tls.Certificates {
		p, ok := pairs[c]
		if !ok {
			continue
		}
		for _, other := range others {
			trusting := pairs[other]
			trusting.above = p.above
			if err := trusting.verify(p.certificate, now); err != nil {
				problems = append(problems, fmt.Sprintf("%s is signed by an authority that %s/%s does not hold, so "+
					"%s would "+
					"refuse %s: all of them need the same authorities.", c.Directory, other.Directory, plan.CAFile,
					other.Service.Name, c.Service.Name))
				break
			}
		}
	}
	return problems
}

// swapped names the owner of a key that lies in another one's directory.
func swapped(tls *plan.TLS, pairs map[*plan.Certificate]pair) []string {
	var problems []string
	for _, c := range tls.Certificates {
		p, ok := pairs[c]
		if !ok || sameKey(p.certificate, p.key) {
			continue
		}
		i := slices.IndexFunc(tls.Certificates, func(other *plan.Certificate) bool {
			theirs, ok := pairs[other]
			return ok && other != c && sameKey(theirs.certificate, p.key)
		})
		if i >= 0 {
			problems = append(problems, fmt.Sprintf("%s/%s is the key of %s: the two are swapped.", c.Directory,
				plan.PrivateKeyFile, tls.Certificates[i].Service.Name))
		}
	}
	return problems
}

// Leftover lists directories of certificates that no service of the lab has: those of
// services that are gone.
func Leftover(lab string, tls *plan.TLS) []string {
	entries, err := os.ReadDir(filepath.Join(lab, tls.Directory))
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		known := slices.ContainsFunc(tls.Certificates, func(c *plan.Certificate) bool {
			return c.Service.Name == entry.Name()
		})
		if entry.IsDir() && !known && tls.Directory+"/"+entry.Name() != path.Dir(tls.ExpiryFile) {
			names = append(names, tls.Directory+"/"+entry.Name())
		}
	}
	return names
}
