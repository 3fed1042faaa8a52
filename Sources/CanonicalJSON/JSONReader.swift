extension JSONValue {
    /// Reads one JSON document, strictly: RFC 8259, no duplicate names, valid UTF-8 without half surrogate pairs, nothing trailing.
    ///
    /// The document need not be canonical. A byte order mark is refused.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard bytes.count <= limits.size else { throw JSONError(.size, at: limits.size) }
        var reader = JSONReader(bytes: bytes, limits: limits)
        let value = try reader.readValue(depth: 0)
        reader.skipBlanks()
        guard reader.position == bytes.count else { throw JSONError(.trailing, at: reader.position) }
        self = value
    }
}

/// A cursor over a document.
struct JSONReader {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
        skipBlanks()
        switch try peek() {
        case UInt8(ascii: "{"): return try readObject(depth: depth + 1)
        case UInt8(ascii: "["): return try readArray(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try readNumber()
        default: throw JSONError(.unexpected, at: position)
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw JSONError(.truncated, at: bytes.count) }
        return bytes[position]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw JSONError(.unexpected, at: position) }
        position += 1
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in word.description.utf8 { try expect(byte) }
        return value
    }

    private mutating func readArray(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= limits.depth else { throw JSONError(.depth, at: position) }
        position += 1
        var values: [JSONValue] = []
        skipBlanks()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .array(values)
        }
        while true {
            values.append(try readValue(depth: depth))
            skipBlanks()
            guard try peek() == UInt8(ascii: ",") else {
                try expect(UInt8(ascii: "]"))
                return .array(values)
            }
            position += 1
        }
    }

    private mutating func readObject(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= limits.depth else { throw JSONError(.depth, at: position) }
        position += 1
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipBlanks()
            let start = position
            guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.unexpected, at: position) }
            let name = try readString()
            skipBlanks()
            try expect(UInt8(ascii: ":"))
            let value = try readValue(depth: depth)
            guard members.updateValue(value, forKey: name) == nil else { throw JSONError(.duplicateKey, at: start) }
            skipBlanks()
            guard try peek() == UInt8(ascii: ",") else {
                try expect(UInt8(ascii: "}"))
                return .object(members)
            }
            position += 1
        }
    }
}

// Numbers.
extension JSONReader {
    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, 0x30...0x39 ~= bytes[position] { position += 1 }
        return position - start
    }

    fileprivate mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = position
        var isWhole = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let startsWithZero = position < bytes.count && bytes[position] == 0x30
        let count = skipDigits()
        guard count == 1 || (count > 1 && !startsWithZero) else { throw JSONError(.number, at: start) }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            guard skipDigits() > 0 else { throw JSONError(.number, at: start) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw JSONError(.number, at: start) }
        }
        guard position - start <= limits.numberLength else { throw JSONError(.number, at: start) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let number = Int64(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else { throw JSONError(.number, at: start) }
        // What is written as digits alone is read as a whole number, so that a value comes back as itself.
        // (Int64(exactly:) would need libm, which the core does not link.)
        var written: [UInt8] = []
        CanonicalText.append(number, to: &written)
        if let whole = Int64(String(decoding: written, as: UTF8.self)) { return .integer(whole) }
        return .number(number)
    }
}

// Texts.
extension JSONReader {
    fileprivate mutating func readString() throws(JSONError) -> String {
        let start = position
        position += 1
        let contentStart = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let end = position
                position += 1
                return try decode(bytes[contentStart..<end], startingAt: start)
            case UInt8(ascii: "\\"): return try readEscapedString(from: contentStart)
            case 0..<0x20: throw JSONError(.escape, at: position)
            default: position += 1
            }
        }
        throw JSONError(.truncated, at: bytes.count)
    }

    private func decode(_ slice: ArraySlice<UInt8>, startingAt start: Int) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw JSONError(.encoding, at: start) }
        return text
    }

    /// Reads on from the first backslash, with what came before it.
    private mutating func readEscapedString(from start: Int) throws(JSONError) -> String {
        var content = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try decode(content[...], startingAt: start)
            case UInt8(ascii: "\\"):
                position += 1
                try readEscape(into: &content)
            case 0..<0x20: throw JSONError(.escape, at: position)
            default:
                content.append(byte)
                position += 1
            }
        }
        throw JSONError(.truncated, at: bytes.count)
    }

    private mutating func readEscape(into content: inout [UInt8]) throws(JSONError) {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "u"): content.append(contentsOf: String(Character(try readUnicodeEscape())).utf8)
        default: throw JSONError(.escape, at: position - 1)
        }
    }

    private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let unit = try readHexadecimal()
        guard 0xD800...0xDFFF ~= unit else {
            guard let scalar = Unicode.Scalar(unit) else { throw JSONError(.surrogate, at: start) }
            return scalar
        }
        guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONError(.surrogate, at: start) }
        position += 2
        let low = try readHexadecimal()
        guard 0xDC00...0xDFFF ~= low, let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00)))
        else { throw JSONError(.surrogate, at: start) }
        return scalar
    }

    private mutating func readHexadecimal() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw JSONError(.escape, at: position)
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
