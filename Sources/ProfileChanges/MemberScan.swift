/// Finds the members of an object in canonical JSON without reading their values.
enum MemberScan {
    /// Where the value of each member lies.
    ///
    /// Trusts that the bytes are canonical, as all that the store holds is: it counts brackets and skips texts.
    static func members(of bytes: [UInt8]) throws(ProfileChangeError) -> [String: Range<Int>] {
        guard bytes.count >= 2, bytes[0] == UInt8(ascii: "{"), bytes[bytes.count - 1] == UInt8(ascii: "}") else {
            throw ProfileChangeError(at: 0)
        }
        var members: [String: Range<Int>] = [:]
        var place = 1
        let end = bytes.count - 1
        while place < end {
            guard bytes[place] == UInt8(ascii: "\"") else { throw ProfileChangeError(at: place) }
            let nameEnd = try endOfText(bytes, from: place)
            guard nameEnd < end, bytes[nameEnd] == UInt8(ascii: ":") else { throw ProfileChangeError(at: nameEnd) }
            let name = String(decoding: bytes[place + 1..<nameEnd - 1], as: UTF8.self)
            let valueEnd = try endOfValue(bytes, from: nameEnd + 1, before: end)
            guard valueEnd > nameEnd + 1, members.updateValue(nameEnd + 1..<valueEnd, forKey: name) == nil else {
                throw ProfileChangeError(at: place)
            }
            place = valueEnd + 1
        }
        return members
    }

    /// The place after a text's closing quotation mark.
    private static func endOfText(_ bytes: [UInt8], from start: Int) throws(ProfileChangeError) -> Int {
        var place = start + 1
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): return place + 1
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        throw ProfileChangeError(at: start)
    }

    /// The place of the comma after a value, or of the object's end.
    private static func endOfValue(
        _ bytes: [UInt8],
        from start: Int,
        before end: Int
    ) throws(ProfileChangeError) -> Int {
        var depth = 0
        var place = start
        while place < end {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place = try endOfText(bytes, from: place)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth < 0 { throw ProfileChangeError(at: place) }
            case UInt8(ascii: ",") where depth == 0: return place
            default: break
            }
            place += 1
        }
        guard depth == 0, place == end else { throw ProfileChangeError(at: start) }
        return place
    }
}
