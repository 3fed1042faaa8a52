/// What turned out during a pass to contradict what the pass had relied on: the next pass knows it from its start.
///
/// So no decision ever rests on a code that proves contested later, and nothing depends on the order of the records.
struct ResolutionFindings {
    /// The weight below which claims to a code do not count, because claims of that weight conflict or outweigh.
    var floors: [Int: UInt8] = [:]
    /// Candidates whose codes name several enterprises once everything is known.
    var banned: Set<Int> = []
    /// Which organisation an enterprise is, where a weightier word than the first one says so, or words contradict.
    var organisations: [AnchorKey: Organisation] = [:]
    /// Whether members' codes join nobody else: the last resort where findings do not come to an end.
    var isStrict = false

    /// Adds what one more pass found.
    mutating func learn(_ found: ResolutionFindings) {
        floors.merge(found.floors) { max($0, $1) }
        banned.formUnion(found.banned)
        organisations.merge(found.organisations) { $0.combined(with: $1) }
    }
}
