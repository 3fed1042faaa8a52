import CanonicalJSON

extension FuzzSurface {
    /// The strict reader of our own documents; all bytes are the document, the last one chooses the limits.
    static let json = FuzzSurface(
        name: "json",
        title: "A JSON document, read strictly and written canonically",
        mostBytes: 2048,
        words: {
            ["null", "true", "false", "{\"", "\":", "[]", "{}", "1e0", "1E+21", "-0.0", "5e-324", "9007199254740993"]
                + [
                    "9223372036854775807", "9.1e18", "\\u0000", "\\ud83d\\ude00", "\\ud800", "\\\"", "\\\\", "\\/",
                    "e\u{301}",
                ]
        },
        seeds: { samples in
            let own = [
                #"{"b":[1,2.5,-0,1e30,"\u00e9\ud83d\ude00"],"a":{"":null,"t":true}}"#, #"[[[[]]],"\b\f\n\r\t\/"]"#,
                #"{"cursor":"MDAwMDAwMw","seen":"2018-01-01T00:00:00+08:00","done":true,"files":[["1","a.xml","00"]]}"#,
                "9.1e18", "[0.1,1e-7,123456789012345680000,4.9e-324]",
            ]
            let records = samples.files.filter { $0.key.hasSuffix(".json") }.sorted { $0.key < $1.key }
            return own.enumerated().map { FuzzSeed(name: "own-\($0.offset)", bytes: Array($0.element.utf8)) }
                + records.enumerated().map { FuzzSeed(name: "records-\($0.offset)", bytes: $0.element.value) }
        },
        run: { bytes in
            let isNarrow = bytes.last == 0x20
            let limits = isNarrow ? JSONLimits(size: 256, depth: 3, numberLength: 12) : JSONLimits()
            guard let value = try? JSONValue(parsing: bytes, limits: limits) else { return }
            try hold(bytes.count <= limits.size, "\(bytes.count) bytes were taken")
            try hold(depth(of: value) <= limits.depth, "a document was taken that is nested too deep")
            let text = value.canonical
            guard let again = try? JSONValue(parsing: text, limits: JSONLimits()) else {
                throw FuzzViolation("what was written is refused: \(String(decoding: text, as: UTF8.self))")
            }
            try hold(again == value, "what was written is another value: \(String(decoding: text, as: UTF8.self))")
            try hold(again.canonical == text, "what is canonical is written in another way")
            var writer = CanonicalJSONWriter()
            writer.value(value)
            try hold(writer.bytes == text, "the writer without a tree writes something else")
        }
    )

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let values): 1 + (values.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }
}
