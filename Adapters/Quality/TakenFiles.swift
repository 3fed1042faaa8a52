import AdapterKit
import CreditModel

/// Which files were taken since the last 全量: what the position of 质监 says.
///
/// Members: `begin` (the number at which reading began), `full` (the last 全量 taken), `files` (number, name, digest of each
/// file taken from there on), `complete` and `generated`.
struct TakenFiles {
    private var state: PositionState
    private(set) var byNumber: [Int64: (name: String, digest: String)] = [:]

    init(_ position: PositionState) {
        state = position
        for row in position[table: "files"] where row.count == 3 {
            if let number = Int64(row[0]) { byNumber[number] = (row[1], row[2]) }
        }
    }

    var isFirstPull: Bool { state[number: "begin"] == nil }
    var full: Int64? { state[number: "full"] }
    var complete: LocalTime? {
        get { state[time: "complete"] }
        set { state[time: "complete"] = newValue }
    }

    /// Decides where reading begins: the last 全量 listed, else the lowest number; a lower number that turns up before any
    /// 全量 was taken counts too.
    ///
    /// Until a 全量 was taken the manifest is asked anew each time: it may have called a file one that is none.
    mutating func begin(with files: [ListedFile]) {
        guard let lowest = files.first?.number else { return }
        if full != nil { return }
        if let begin = state[number: "begin"], state[flag: "fromLowest"] {
            if lowest < begin { state[number: "begin"] = lowest }
        } else if let full = files.last(where: \.isFull) {
            state[number: "begin"] = full.number
        } else {
            state[number: "begin"] = lowest
            state[flag: "fromLowest"] = true
        }
    }

    /// What is to be read, in order: files not taken yet, and files that were replaced since.
    func due(_ files: [ListedFile]) -> [ListedFile] {
        guard let begin = state[number: "begin"] else { return [] }
        let first = max(begin, full ?? begin)
        return files.filter { file in
            guard file.number >= first else { return false }
            guard let taken = byNumber[file.number] else { return true }
            return taken.digest != file.digest || taken.name != file.name
        }
    }

    /// Notes that a file was taken to its end.
    mutating func take(_ file: ListedFile) {
        byNumber[file.number] = (file.name, file.digest)
        if file.isFull, file.number > full ?? 0 {
            state[number: "full"] = file.number
            byNumber = byNumber.filter { $0.key >= file.number }
        }
        store()
    }

    /// Numbers of files that were taken and are listed with another content now: they count as they were until that is taken.
    func replaced(_ files: [ListedFile]) -> [Int64] { due(files).map(\.number).filter { byNumber[$0] != nil } }

    /// Notes that a file is about to be read again: should that end half way, it is due whatever the manifest says then.
    ///
    /// - Returns: whether it had been taken.
    mutating func reopen(_ file: ListedFile) -> Bool {
        guard byNumber.removeValue(forKey: file.number) != nil else { return false }
        store()
        return true
    }

    private mutating func store() {
        state[table: "files"] = byNumber.keys.sorted().map { number in
            [String(number), byNumber[number]?.name ?? "", byNumber[number]?.digest ?? ""]
        }
    }

    /// Numbers that are missing below the greatest one known, at most 20 of them: each is a gap until it arrives.
    func gaps(_ files: [ListedFile]) -> [Int64] {
        guard let begin = state[number: "begin"] else { return [] }
        let greatest = max(files.last?.number ?? 0, byNumber.keys.max() ?? 0)
        let first = full ?? begin
        // A stored position may hold any number: a range ends at the last there is, where counting on would trap.
        guard first <= greatest else { return [] }
        return Array((first...greatest).lazy.filter { byNumber[$0] == nil }.prefix(20))
    }

    var position: Position { state.position }
}
