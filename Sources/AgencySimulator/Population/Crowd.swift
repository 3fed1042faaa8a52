/// How much likeness is made on purpose, and how much room chance has: what keeps a population of any size as confusable
/// as the real one.
///
/// 15 % of names have a neighbour at one character, 38 % of the enterprises share their representative's name and 8.7 %
/// their address (`identity.md` §1, §2; measured on 2,994,057 registrations). All names, people and roads are drawn from
/// the counts of `names.json`, and of those the more meet by chance the more are drawn: of a million enterprises, 29 % share
/// a representative's name because it is common, of three thousand 0.2 %. So the larger the population, the fewer are
/// made alike, and where chance alone would do too much it is given more room: longer trade names, and rooms in the houses.
///
/// The rows of ``table`` were found by drawing populations without dirt and measuring the registration rows that the
/// registry shows on 2018-06-01, until all three shares were met at each size; between them the values lie on straight
/// lines over the logarithm of the size. `PopulationLikenessTests` measures them.
struct Crowd {
    /// The share of groups in which a firm is called almost as one that it has nothing to do with.
    let lookalikes: Double
    /// The share of firms whose representative stands for others too.
    let nominees: Double
    /// The share of firms that sit at a desk that many share.
    let desks: Double
    /// The share of addresses that end with the number of the house.
    let bareHouses: Double
    /// The share of trade names that have four characters in place of two, beyond the real one.
    let longNames: Double

    private static let table: [(count: Double, values: [Double])] = [
        (3_000, [0.19, 0.34, 0.056, 0.20, 0]),
        (20_000, [0.10, 0.32, 0.056, 0.20, 0]),
        (200_000, [0, 0.23, 0.057, 0.05, 0.27]),
        (1_000_000, [0, 0.055, 0.051, 0.03, 0.41]),
    ]

    init(count: Int) {
        let table = Self.table
        let upper = table.firstIndex { Double(count) < $0.count } ?? table.count - 1
        let (low, high) = (table[max(upper, 1) - 1], table[max(upper, 1)])
        let width = Self.logarithm(high.count) - Self.logarithm(low.count)
        let share = min(max((Self.logarithm(Double(count)) - Self.logarithm(low.count)) / width, 0), 1)
        let values = zip(low.values, high.values).map { $0 + ($1 - $0) * share }
        (lookalikes, nominees, desks) = (values[0], values[1], values[2])
        (bareHouses, longNames) = (values[3], values[4])
    }

    /// To the base of 2, with straight lines between its powers: the same on every machine.
    private static func logarithm(_ value: Double) -> Double { Double(value.exponent) + value.significand - 1 }
}
