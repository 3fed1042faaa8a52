/// What a family must be like, by its kind and by Prometheus' rules for names.
struct FamilyRules {
    private let family: ExpositionReader.Family

    init(_ family: ExpositionReader.Family) { self.family = family }

    var faults: [String] {
        let name = family.name
        var faults: [String] = []
        func demand(_ isSo: Bool, _ what: String) { if !isSo { faults.append("\(name): \(what)") } }
        demand(!name.contains(":"), "colons are for recording rules")
        demand(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "names are in small letters")
        let units = ["milliseconds", "ms", "minutes", "hours", "days", "kilobytes", "percent"]
        demand(!name.split(separator: "_").contains { units.contains(String($0)) }, "it is not in a base unit")
        demand(!family.help.isEmpty, "no # HELP")
        demand(family.help != name.split(separator: "_").joined(separator: " "), "nobody wrote what it is")
        let hasEnd = ["_total", "_count", "_sum", "_bucket"].contains { name.hasSuffix($0) }
        switch family.kind {
        case "counter":
            demand(name.hasSuffix("_total"), "a counter ends in _total")
            demand(family.samples.allSatisfy { $0.value >= 0 }, "a counter never falls below zero")
        case "gauge": demand(!hasEnd, "a gauge has no name of a counter")
        case "histogram":
            demand(!hasEnd, "a histogram's own name ends in none of its parts'")
            for (labels, series) in histograms { demand(Self.isSound(series), "\(labels) is no histogram") }
        default: demand(false, "its kind is “\(family.kind)”")
        }
        return faults
    }

    /// The samples of each series, without `le`.
    private var histograms: [[String: String]: [ExpositionReader.Sample]] {
        Dictionary(grouping: family.samples) { $0.labels.filter { $0.key != "le" } }
    }

    /// Buckets by rising bounds, none of which counts less than the one before, up to one that counts all.
    private static func isSound(_ series: [ExpositionReader.Sample]) -> Bool {
        let buckets = series.filter { $0.name.hasSuffix("_bucket") }
        let bounds = buckets.map { $0.labels["le"].flatMap { $0 == "+Inf" ? .infinity : Double($0) } ?? .nan }
        let count = series.filter { $0.name.hasSuffix("_count") }
        return bounds == bounds.sorted() && Set(bounds).count == bounds.count && bounds.last == .infinity
            && buckets.map(\.value) == buckets.map(\.value).sorted() && count.count == 1
            && buckets.last?.value == count.first?.value && series.count { $0.name.hasSuffix("_sum") } == 1
    }
}
