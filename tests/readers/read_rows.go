// Reads a file as Milvus does, whose importer uses the same two packages, and prints a row a line as JSON.
//
//	read_rows csv SEPARATOR FILE     lists of strings, the header first
//	read_rows jsonl FILE             objects, numbers as they stand in the file
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
		for {
			row, err := reader.Read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := rows.Encode(row); err != nil {
				return err
			}
		}
	}
	decoder := json.NewDecoder(bufio.NewReader(file))
	decoder.UseNumber()
	for decoder.More() {
		var row map[string]any
		if err := decoder.Decode(&row); err != nil {
			return err
		}
		if err := rows.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
