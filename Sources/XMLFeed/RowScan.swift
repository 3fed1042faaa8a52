/// Looks for single values in the bytes of a row that no parser takes.
package struct RowScan {
    private let text: [UInt8]

    /// Decodes leniently: what cannot be decoded becomes U+FFFD.
    package init(_ bytes: [UInt8], encoding: FeedEncoding) {
        text = Decoder.lenient(bytes, from: encoding)
    }

    /// All of the row, with U+FFFD for what cannot be decoded.
    package var decoded: String { String(decoding: text, as: UTF8.self) }

    /// The text of the first element of that name; nil if it is not there, cut, undecodable, or holds other elements.
    package func element(_ name: String) -> String? {
        guard let start = tag("<", name, from: 0), let open = endOfTag(from: start) else { return nil }
        if open >= 2, text[open - 2] == UInt8(ascii: "/") { return "" }
        guard let close = tag("</", name, from: open) else { return nil }
        let end = close - 2 - name.utf8.count
        return value(text[open..<end], isElement: true)
    }

    /// Whether the name stands anywhere in the row, be its element readable or not.
    package func mentions(_ name: String) -> Bool {
        let wanted = Array(name.utf8)
        guard let first = wanted.first, text.count >= wanted.count else { return false }
        return (0...(text.count - wanted.count)).contains {
            text[$0] == first && text[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }

    /// The value of an attribute of the first start tag; nil if it is not there, cut or undecodable.
    ///
    /// A quotation mark ends a value only before white space, `/` or `>`, so that a stray one in a value does no harm.
    package func attribute(_ name: String) -> String? {
        let wanted = Array(name.utf8)
        guard var place = text.firstIndex(of: UInt8(ascii: "<")) else { return nil }
        while place < text.count, !isBlank(text[place]), text[place] != UInt8(ascii: ">") { place += 1 }
        while let (found, range, next) = nextAttribute(from: place) {
            if found.elementsEqual(wanted) { return value(text[range], isElement: false) }
            place = next
        }
        return nil
    }

    private func nextAttribute(from start: Int) -> (name: ArraySlice<UInt8>, value: Range<Int>, next: Int)? {
        var place = start
        while place < text.count, isBlank(text[place]) { place += 1 }
        let nameStart = place
        while place < text.count, !isBlank(text[place]), text[place] != UInt8(ascii: "=") {
            guard text[place] != UInt8(ascii: ">") else { return nil }
            place += 1
        }
        let name = text[nameStart..<place]
        while place < text.count, isBlank(text[place]) { place += 1 }
        guard place < text.count, text[place] == UInt8(ascii: "=") else { return nil }
        place += 1
        while place < text.count, isBlank(text[place]) { place += 1 }
        guard place < text.count, text[place] == 0x22 || text[place] == 0x27 else { return nil }
        let quote = text[place]
        let valueStart = place + 1
        place = valueStart
        while place < text.count {
            if text[place] == quote, place + 1 == text.count || endsValue(text[place + 1]) {
                return (name, valueStart..<place, place + 1)
            }
            place += 1
        }
        return nil
    }

    private func endsValue(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">")
    }
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The place after `prefix` and `name`, where a tag of that name begins or ends.
    private func tag(_ prefix: String, _ name: String, from start: Int) -> Int? {
        let wanted = Array((prefix + name).utf8)
        var place = start
        while place + wanted.count < text.count {
            if text[place] == wanted[0], text[place..<place + wanted.count].elementsEqual(wanted),
                endsValue(text[place + wanted.count])
            {
                return place + wanted.count
            }
            place += 1
        }
        return nil
    }

    /// The place after the `>` that ends the tag, quoted ones passed over.
    private func endOfTag(from start: Int) -> Int? {
        var quote: UInt8?
        var place = start
        while place < text.count {
            let byte = text[place]
            place += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == 0x22 || byte == 0x27 {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return place
            }
        }
        return nil
    }

    private func value(_ bytes: ArraySlice<UInt8>, isElement: Bool) -> String? {
        var bytes = bytes
        let opening = Array("<![CDATA[".utf8)
        let closing = Array("]]>".utf8)
        if isElement, bytes.starts(with: opening), bytes.suffix(3).elementsEqual(closing) {
            bytes = bytes.dropFirst(opening.count).dropLast(closing.count)
        } else {
            if isElement, holdsMarkup(bytes) { return nil }
            bytes = resolved(bytes)
        }
        let decoded = String(decoding: bytes, as: UTF8.self)
        return decoded.unicodeScalars.contains("\u{FFFD}") ? nil : decoded
    }

    /// Whether a tag begins in the bytes; a bare `<` before a blank or a digit does not.
    private func holdsMarkup(_ bytes: ArraySlice<UInt8>) -> Bool {
        for place in bytes.indices where bytes[place] == UInt8(ascii: "<") {
            guard place + 1 < bytes.endIndex else { continue }
            let next = bytes[place + 1]
            let isLetter = next >= 0x80 || (0x41...0x5A).contains(next & 0xDF)
            if isLetter || [0x21, 0x2F, 0x3F, 0x5F].contains(next) { return true }
        }
        return false
    }

    /// Resolves predefined entities and character references; a bare `&` stays.
    private func resolved(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.contains(UInt8(ascii: "&")) else { return bytes }
        var result: [UInt8] = []
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if bytes[place] == UInt8(ascii: "&"),
                let end = bytes[place...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = Self.entity(bytes[(place + 1)..<end])
            {
                result += Array(String(Character(scalar)).utf8)
                place = end + 1
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result[...]
    }

    private static func entity(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        let name = String(decoding: bytes, as: UTF8.self)
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        if name.hasPrefix("#x") { return UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init) }
        if name.hasPrefix("#") { return UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init) }
        return nil
    }
}
