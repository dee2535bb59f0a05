package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mirrorgen/internal/password"
	"mirrorgen/internal/scaffold"
	"mirrorgen/schema"
)

func (t *tool) passwordHashCommand() *cobra.Command {
	release := scaffold.Default().Version
	command := &cobra.Command{
		Use:   "password-hash",
		Short: "Hash a password for the argument password_hash",
		Long: `Password-hash prints the hash that the iris block takes as password_hash, with a new
salt each time. On a terminal it asks for the password twice and does not show it;
otherwise it reads the password from standard input, one line.

Releases from 2022.1 on take four fields (PBKDF2 with HMAC-SHA512), older ones two
(HMAC-SHA1): --version says which release the lab has.`,
		Example: `  mirrorgen password-hash
  mirrorgen password-hash --version 2020.3 <password.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errors.New("the password is not an argument, which every user of the machine could see: " +
					"type it when asked, or give it on standard input")
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			version, ok := schema.ParseVersion(release)
			if !ok || !version.Supported() {
				return fmt.Errorf(`--version %s: give a release from 2020.1 on, such as "2025.1"`, release)
			}
			text, err := t.readPassword()
			if err != nil {
				return failed(err)
			}
			hash, err := password.Hash(text, !version.LongPasswordHash(), rand.Reader)
			if err != nil {
				return failed(err)
			}
			fmt.Fprintln(t.out, hash)
			return nil
		},
	}
	command.Flags().StringVar(&release, "version", release, "`RELEASE` of the iris image")
	return command
}

// maxPassword bounds a password in bytes; IRIS takes 128 characters.
const maxPassword = 1024

// readPassword asks for a password where somebody can be asked, and reads it from standard
// input where nobody can.
func (t *tool) readPassword() (string, error) {
	if !t.interactive() {
		content, err := io.ReadAll(io.LimitReader(t.in, maxPassword+1))
		if err != nil {
			return "", fmt.Errorf("standard input: %w", err)
		}
		content = bytes.TrimSuffix(bytes.TrimSuffix(content, []byte("\n")), []byte("\r"))
		return string(content), checkPassword(content)
	}
	first, err := t.prompt("Password: ")
	if err != nil {
		return "", err
	}
	if err := checkPassword(first); err != nil {
		return "", err
	}
	second, err := t.prompt("Again: ")
	if err != nil {
		return "", err
	}
	if !bytes.Equal(first, second) {
		return "", errors.New("the two passwords differ")
	}
	return string(first), nil
}

// prompt reads a line from the terminal without showing it.
func (t *tool) prompt(question string) ([]byte, error) {
	fmt.Fprint(t.err, question)
	defer fmt.Fprintln(t.err)
	line, err := term.ReadPassword(int(t.in.(*os.File).Fd()))
	if errors.Is(err, io.EOF) {
		return nil, errors.New("aborted: no password was given")
	}
	return line, err
}

// checkPassword refuses what nobody could type at a login.
func checkPassword(content []byte) error {
	switch {
	case len(content) == 0:
		return errors.New("the password is empty")
	case len(content) > maxPassword:
		return fmt.Errorf("the password is longer than %d bytes", maxPassword)
	case bytes.ContainsAny(content, "\r\n"):
		return errors.New("the password has several lines: give one line")
	case bytes.IndexByte(content, 0) >= 0 || !utf8.Valid(content):
		return errors.New("the password is no text in UTF-8")
	}
	return nil
}
