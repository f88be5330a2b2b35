// Reads a file as Milvus does, whose importer uses the same two packages, and prints a row a line as JSON.
//
//	read_rows csv SEPARATOR FILE     lists of strings, the header first; $meta as it is stored: read into a map, written again
//	read_rows jsonl FILE             objects, numbers as they stand in the file
//	read_rows json FILE              the objects of {"rows": [...]}, likewise
package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"unicode/utf8"
)

func expect(decoder *json.Decoder, tokens ...json.Token) error {
	for _, due := range tokens {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		if token != due {
			return fmt.Errorf("%v where %v is due", token, due)
		}
	}
	return nil
}

func restore(header, row []string) error {
	for i, name := range header {
		if name != "$meta" || i >= len(row) {
			continue
		}
		var object map[string]any
		if err := json.Unmarshal([]byte(row[i]), &object); err != nil {
			return err
		}
		text, err := json.Marshal(object)
		if err != nil {
			return err
		}
		row[i] = string(text)
	}
	return nil
}

func run(args []string) error {
	file, err := os.Open(args[len(args)-1])
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	rows := json.NewEncoder(out)
	rows.SetEscapeHTML(false)

	if args[0] == "csv" {
		reader := csv.NewReader(file)
		reader.Comma, _ = utf8.DecodeRuneInString(args[1])
		var header []string
		for {
			row, err := reader.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if header == nil {
				header = row
			} else if err := restore(header, row); err != nil {
				return err
			}
			if err := rows.Encode(row); err != nil {
				return err
			}
		}
	}
	decoder := json.NewDecoder(bufio.NewReader(file))
	decoder.UseNumber()
	if args[0] == "json" {
		if err := expect(decoder, json.Delim('{'), "rows", json.Delim('[')); err != nil {
			return err
		}
	}
	for decoder.More() {
		var row map[string]any
		if err := decoder.Decode(&row); err != nil {
			return err
		}
		if err := rows.Encode(row); err != nil {
			return err
		}
	}
	if args[0] == "json" {
		if err := expect(decoder, json.Delim(']'), json.Delim('}')); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("more behind the rows: %v", err)
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
