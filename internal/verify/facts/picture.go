package facts

import (
	"encoding/xml"
	"io"
	"strings"
)

// picturePath is the picture of the lab in its generated directory.
const picturePath = "lab.svg"

// A Picture is the lab as it is drawn: boxes with names, and the networks around them.
type Picture struct {
	*File
	Boxes []*PictureBox // those inside of others too
	Areas []Word        // "NAME SUBNET"
}

// A PictureBox is a service, a mirror, or several that are folded into one box.
type PictureBox struct {
	Name  Word   // of the service or mirror, "" of what is folded
	Role  Word   // e.g. "primary", "web_gateway", "mirror"
	Hint  []Word // lines of the tooltip
	Title string // the lines of the title, joined
	At    Position
	Lines []Word // below the title
	// Inside is how many boxes are in this one.
	Inside int
}

// readPicture reads the boxes and areas of an SVG that mirrorgen draws.
func (l *Facts) readPicture(f *File) {
	l.Rule = "picture"
	r := pictureReader{Picture: &Picture{File: f}, decoder: xml.NewDecoder(strings.NewReader(f.Text))}
	for {
		r.at = int(r.decoder.InputOffset())
		token, err := r.decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			l.Report(f, f.Position(r.at), "Invalid XML", "The XML reader says: "+err.Error()+".", "Correct the file.")
			return
		}
		r.take(token)
	}
	l.Picture = r.Picture
}

// A pictureReader is in the middle of a picture.
type pictureReader struct {
	*Picture
	decoder *xml.Decoder
	at      int // offset of the token
	inside  []*PictureBox
	element string // in whose text it is
	class   string // of that element
}

func (r *pictureReader) take(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		r.element, r.class = t.Name.Local, attribute(t, "class")
		if r.element == "g" {
			r.begin(t)
		}
	case xml.EndElement:
		if t.Name.Local == "g" && len(r.inside) > 0 {
			r.inside = r.inside[:len(r.inside)-1]
		}
		r.element = ""
	case xml.CharData:
		r.text(string(t))
	}
}

// begin notes a box.
func (r *pictureReader) begin(t xml.StartElement) {
	b := &PictureBox{At: r.Position(r.at), Name: r.word(attribute(t, "data-name")),
		Role: r.word(strings.TrimPrefix(r.class, "box "))}
	if len(r.inside) > 0 {
		r.inside[len(r.inside)-1].Inside++
	}
	r.Boxes, r.inside = append(r.Boxes, b), append(r.inside, b)
}

// text notes what stands in an element of the box that is open, or beside all boxes.
func (r *pictureReader) text(s string) {
	switch {
	case r.element == "text" && r.class == "page" && strings.Contains(s, "/"):
		r.Areas = append(r.Areas, r.word(s))
	case len(r.inside) == 0:
	case r.element == "title":
		b := r.inside[len(r.inside)-1]
		for line := range strings.SplitSeq(s, "\n") {
			b.Hint = append(b.Hint, r.word(line))
		}
	case r.element == "text" && r.class == "title":
		r.inside[len(r.inside)-1].Title += s
	case r.element == "text":
		b := r.inside[len(r.inside)-1]
		b.Lines = append(b.Lines, r.word(s))
	}
}

// word is a piece of the token, which begins where that does if it has an entity in it.
func (r *pictureReader) word(s string) Word {
	offset := r.at
	if i := strings.Index(r.Text[r.at:r.decoder.InputOffset()], s); i > 0 {
		offset += i
	}
	return Word{Text: s, At: r.Position(offset)}
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
