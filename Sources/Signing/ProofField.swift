public import HashTree

/// The way from a status' root to what is said of a name, as it stands in the field `Suixin-Proof` of an answer.
///
/// A list of strings (RFC 9651): of each name on the way the path as base64url, and the name as its parameter:
/// `"AQEV…";name="91440101…", "AQEU…";name="sx…"`. The first is the name that was asked for; each says where the next is.
/// Where nothing is known the first has no name: it may be a person's number, which is never repeated.
public struct ProofField: Hashable, Sendable {
    /// The path to a name.
    public struct Step: Hashable, Sendable {
        /// An id, or a code as codes are stored; nil for what was asked for.
        public var name: String?
        /// The path as ``TreePath/encoded(for:)`` writes it.
        public var path: [UInt8]

        /// Makes a step of its parts.
        public init(name: String?, path: [UInt8]) {
            self.name = name
            self.path = path
        }
    }

    /// From the name that was asked for to the end.
    public var steps: [Step]

    /// Makes a field of its steps.
    public init(steps: [Step]) { self.steps = steps }

    /// More than any way has.
    private static let mostSteps = 32
    private static let longest = 64 * 1024

    /// The field's value.
    public var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(steps.reduce(0) { $0 + Base64URL.size(of: $1.path.count) + 40 })
        for (place, step) in steps.enumerated() {
            if place > 0 { text += ", ".utf8 }
            text.append(UInt8(ascii: "\""))
            text += Base64URL.encode(step.path)
            text.append(UInt8(ascii: "\""))
            guard let name = step.name else { continue }
            text += ";name=\"".utf8
            text += name.utf8
            text.append(UInt8(ascii: "\""))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a field's value, or the whole field with its name before it; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.longest else { return nil }
        var rest = Substring(text.trimmedBlanks)
        if rest.lowercased().hasPrefix("suixin-proof:") { rest = rest.dropFirst(13) }
        steps = []
        for item in rest.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.trimmedBlanks.split(separator: ";", omittingEmptySubsequences: false)
            guard parts.count <= 2, let path = Self.string(parts[0]), steps.count < Self.mostSteps,
                let bytes = Base64URL.decode(Array(path.utf8))
            else { return nil }
            guard parts.count == 2 else {
                steps.append(Step(name: nil, path: bytes))
                continue
            }
            guard parts[1].hasPrefix("name="), let name = Self.string(parts[1].dropFirst(5)), !name.isEmpty else {
                return nil
            }
            steps.append(Step(name: String(name), path: bytes))
        }
        if steps.isEmpty { return nil }
    }

    private static func string(_ text: Substring) -> Substring? {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return nil }
        let inner = text.dropFirst().dropLast()
        return inner.utf8.allSatisfy { 0x20...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C } ? inner : nil
    }
}

extension StringProtocol {
    fileprivate var trimmedBlanks: SubSequence {
        let start = drop { $0 == " " || $0 == "\t" || $0.isNewline }
        var end = start.endIndex
        while end > start.startIndex {
            let before = start.index(before: end)
            guard start[before] == " " || start[before] == "\t" || start[before].isNewline else { break }
            end = before
        }
        return start[..<end]
    }
}

extension ProofField {
    /// Follows the paths from a name to the end.
    ///
    /// - Parameters:
    ///   - name: What was asked for, as ids and codes are stored.
    ///   - root: The root that a status names.
    ///   - version: The version of the profile that was answered.
    /// - Returns: The id to which the version belongs; nil unless every step is proven and leads to the next.
    public func end(from name: String, under root: TreeHash, version: String) -> String? {
        let tree = HashTree.sha256
        guard steps.first?.name ?? name == name else { return nil }
        for (place, step) in steps.enumerated() {
            let stepName = step.name ?? name
            let key = tree.key(of: stepName)
            guard let path = TreePath(step.path, to: key), let finding = path.finding(of: key, under: root, in: tree)
            else { return nil }
            guard case .said(let value) = finding else { return nil }
            guard place < steps.count - 1 else {
                return value == tree.digest(of: TreeStatement.version(version).bytes) ? stepName : nil
            }
            guard steps[place + 1].leads(from: value, in: tree) else { return nil }
        }
        return nil
    }

    /// Whether the paths prove that nothing is known by what was asked for.
    ///
    /// - Parameters:
    ///   - name: What was asked for, as ids and codes are stored: the first path leads to it.
    ///   - registryID: The id that it derives as a registry key, where it is no id: the second path leads to that.
    ///   - root: The root that a status names.
    /// - Returns: false unless each path ends where nothing is.
    public func provesAbsence(of name: String, andOf registryID: String?, under root: TreeHash) -> Bool {
        let tree = HashTree.sha256
        let names = [name] + [registryID].compactMap(\.self)
        guard steps.count == names.count else { return false }
        return zip(steps, names).enumerated().allSatisfy { place, pair in
            let (step, name) = pair
            let key = tree.key(of: name)
            return (step.name == name || place == 0 && step.name == nil)
                && TreePath(step.path, to: key)?.finding(of: key, under: root, in: tree) == .nothing
        }
    }
}

extension ProofField.Step {
    /// Whether a statement with this digest leads to this name, and to no other.
    fileprivate func leads(from value: TreeHash, in tree: HashTree) -> Bool {
        guard let name else { return false }
        let holds = Array("{\"holders\":[\"\(name)\"]}".utf8)
        let moved = Array("{\"movedTo\":\"\(name)\"}".utf8)
        return value == tree.digest(of: holds) || value == tree.digest(of: moved)
    }
}
