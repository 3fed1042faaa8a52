/// Fields whose text is a person's, or may be, whatever stands in them: never printed, however broken the row.
package enum RestrictedFields {
    /// The restricted columns of all agencies, and those of tax numbers; `AdapterTests` compares them with the schemas.
    package static let names: Set<String> = [
        "TEL", "CF_FR_ZJHM", "CF_FR_SFZH", "CF_XDR_ZJHM", "CF_XDR_SFZ", "CF_XDR_SWDJ", "NSRSBH", "nsrsbh",
    ]

    /// Where the texts of such fields stand in a row: between an element's tags, or in an attribute's quotation marks.
    ///
    /// The row may be broken in any way, so a text without an end goes on to whatever looks like the next element.
    static func values(in row: [Unicode.Scalar]) -> [Range<Int>] {
        var values: [Range<Int>] = []
        var index = 0
        while index < row.count {
            guard isNameCharacter(row[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < row.count, isNameCharacter(row[index]) { index += 1 }
            guard 3...11 ~= index - start, start == 0 || row[start - 1] != "/",
                names.contains(String(String.UnicodeScalarView(row[start..<index])))
            else { continue }
            for value in value(
                after: index,
                isElement: start > 0 && (row[start - 1] == "<" || row[start - 1] == ":"),
                row
            ) {
                values.append(value)
                index = value.upperBound
            }
        }
        return values
    }

    /// The pieces of a field's text, its name ending at a place.
    private static func value(after end: Int, isElement: Bool, _ row: [Unicode.Scalar]) -> [Range<Int>] {
        var place = skippingBlanks(from: end, row)
        guard place < row.count else { return [] }
        if !isElement, row[place] == "=" { return [quoted(from: skippingBlanks(from: place + 1, row), row)] }
        if isElement {
            // Attributes belong to no one; of a tag that never ends all is hidden.
            let end = row[place...].firstIndex { $0 == ">" || $0 == "<" } ?? row.count
            guard end < row.count, row[end] == ">" else { return [place..<end] }
            let close = end
            if close > 0, row[close - 1] == "/" { return [] }
            place = close
        } else if row[place] != ">" {
            return []
        }
        return content(from: place + 1, row)
    }

    /// An attribute's value; without quotation marks, up to a blank or the tag's end.
    private static func quoted(from start: Int, _ row: [Unicode.Scalar]) -> Range<Int> {
        guard start < row.count else { return start..<start }
        let quote = row[start]
        guard quote == "\"" || quote == "'" else {
            return start..<(row[start...].firstIndex { isBlank($0) || $0 == ">" || $0 == "<" } ?? row.count)
        }
        return start + 1..<(row[(start + 1)...].firstIndex { $0 == quote || $0 == "<" || $0 == ">" } ?? row.count)
    }

    /// What stands between tags, but for marks of CDATA, comments and the like, which are no elements.
    private static func content(from start: Int, _ row: [Unicode.Scalar]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var piece = start
        var index = start
        while index < row.count {
            if row[index] == "<" {
                let next = index + 1 < row.count ? row[index + 1] : " "
                if next == "/" || isNameCharacter(next) { break }
                if next == "!" || next == "?" {
                    if piece < index { pieces.append(piece..<index) }
                    // `<![CDATA[` opens text; a comment's text may be a number as well as any other.
                    index = row[index...].prefix(9).lastIndex { $0 == "[" || $0 == "!" || $0 == "?" } ?? index
                    piece = index + 1
                }
            }
            index += 1
        }
        if piece < index { pieces.append(piece..<index) }
        return pieces
    }

    private static func skippingBlanks(from start: Int, _ row: [Unicode.Scalar]) -> Int {
        row[min(start, row.count)...].firstIndex { !isBlank($0) } ?? row.count
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || "0"..."9" ~= scalar || scalar.properties.isAlphabetic
    }
}
