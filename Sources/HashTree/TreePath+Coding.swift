/// A path as bytes: as it stands beside an answer.
///
/// `1`; how it ends (`0` nowhere, `1` at the asked key's leaf, `2` at another's); the number of siblings; a bit for each,
/// set where it is not zero, in whole bytes; those that are not zero; of a leaf its value, of another's its key before it.
extension TreePath {
    private static let version: UInt8 = 1

    private enum End: UInt8 {
        case nowhere, own, other
    }

    /// The most siblings that can be written: of any two keys that a digest gave, far fewer bits are the same.
    private static let most = 255

    /// The bytes for whoever knows the key; nil for a path that is longer than any tree of digests has.
    public func encoded(for key: TreeHash) -> [UInt8]? {
        guard siblings.count <= Self.most else { return nil }
        let kind: End = end.map { $0.key == key ? .own : .other } ?? .nowhere
        var bytes: [UInt8] = [Self.version, kind.rawValue, UInt8(siblings.count)]
        var marks = [UInt8](repeating: 0, count: (siblings.count + 7) / 8)
        for (place, sibling) in siblings.enumerated() where sibling != .zero {
            marks[place / 8] |= 0x80 >> UInt8(place % 8)
        }
        bytes += marks
        for sibling in siblings where sibling != .zero { sibling.append(to: &bytes) }
        if kind == .other { end?.key.append(to: &bytes) }
        end?.value.append(to: &bytes)
        return bytes
    }

    /// Reads a path to a key.
    ///
    /// - Returns: nil where the bytes are not exactly what ``encoded(for:)`` writes.
    public init?(_ bytes: [UInt8], to key: TreeHash) {
        var rest = bytes[...]
        func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func hash() -> TreeHash? { take(TreeHash.width / 8).flatMap { TreeHash($0) } }
        guard let head = take(3), head[head.startIndex] == Self.version,
            let kind = End(rawValue: head[head.startIndex + 1])
        else { return nil }
        let count = Int(head[head.startIndex + 2])
        guard let marks = take((count + 7) / 8).map(Array.init) else { return nil }
        siblings = []
        for place in 0..<count {
            guard marks[place / 8] & 0x80 >> UInt8(place % 8) != 0 else {
                siblings.append(.zero)
                continue
            }
            guard let sibling = hash() else { return nil }
            siblings.append(sibling)
        }
        switch kind {
        case .nowhere: end = nil
        case .own:
            guard let value = hash() else { return nil }
            end = TreeLeaf(key: key, value: value)
        case .other:
            guard let other = hash(), let value = hash(), other != key else { return nil }
            end = TreeLeaf(key: other, value: value)
        }
        // One path, one form: nothing behind it, and no spare mark or zero written out.
        guard rest.isEmpty, encoded(for: key) == bytes else { return nil }
    }
}
