/// A label of a series.
struct Label: Hashable, Comparable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
        self.name = Self.name(name)
        self.value = value
    }

    static func < (a: Label, b: Label) -> Bool { (a.name, a.value) < (b.name, b.value) }

    /// `{a="b",c="d"}`; nothing where there are none.
    static func text(_ labels: [Label]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    /// A name within what the format allows.
    static func name(_ text: String) -> String {
        let name = text.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": String(scalar)
            default: "_"
            }
        }.joined()
        return name.first?.isNumber ?? true ? "_" + name : name
    }

    /// Text within which nothing ends a line or a value.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
