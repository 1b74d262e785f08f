<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>fieldmark::AboutDialog</name>
    <message>
        <source>About Fieldmark</source>
        <translation>Über Fieldmark</translation>
    </message>
    <message>
        <source>Fieldmark %1</source>
        <translation>Fieldmark %1</translation>
    </message>
    <message>
        <source>Finds look-alikes in your own pictures, on this computer.</source>
        <translation>Findet ähnliche Bilder im eigenen Bestand, auf diesem Computer.</translation>
    </message>
    <message>
        <source>Model:</source>
        <translation>Modell:</translation>
    </message>
    <message>
        <source>loading…</source>
        <translation>wird geladen …</translation>
    </message>
    <message>
        <source>Model hash:</source>
        <translation>Prüfsumme des Modells:</translation>
    </message>
    <message>
        <source>Feature:</source>
        <translation>Merkmal:</translation>
    </message>
    <message>
        <source>%1, %2 numbers</source>
        <comment>what is computed, of how many numbers</comment>
        <translation>%1, %2 Zahlen</translation>
    </message>
    <message>
        <source>Engine:</source>
        <translation>Rechenwerk:</translation>
    </message>
    <message>
        <source>Weights:</source>
        <translation>Gewichte:</translation>
    </message>
    <message>
        <source>Licence of the weights:</source>
        <translation>Lizenz der Gewichte:</translation>
    </message>
    <message>
        <source>Library:</source>
        <translation>Bibliothek:</translation>
    </message>
    <message>
        <source>Searchable:</source>
        <translation>Durchsuchbar:</translation>
    </message>
    <message>
        <source>%1 of %2 pictures</source>
        <translation>%1 von %2 Bildern</translation>
    </message>
    <message>
        <source>Qt:</source>
        <translation>Qt:</translation>
    </message>
    <message>
        <source>Fieldmark is free software under the Apache Licence 2.0. It stands on Qt (LGPL), LibTorch (BSD), OpenCV (Apache 2.0), hnswlib (Apache 2.0), SQLite (public domain), SQLiteCpp (MIT) and nlohmann-json (MIT).</source>
        <translation>Fieldmark ist freie Software unter der Apache-Lizenz 2.0. Es baut auf Qt (LGPL), LibTorch (BSD), OpenCV (Apache 2.0), hnswlib (Apache 2.0), SQLite (gemeinfrei), SQLiteCpp (MIT) und nlohmann-json (MIT) auf.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy these lines as text</source>
        <translation>Diese Zeilen als Text kopieren</translation>
    </message>
    <message>
        <source>About Qt</source>
        <translation>Über Qt</translation>
    </message>
    <message>
        <source>Measured here:</source>
        <translation>Hier gemessen:</translation>
    </message>
    <message>
        <source>%1 with %2 threads and batches of %3 (%4)</source>
        <comment>speed, e.g. 96 pictures/s; last the engine</comment>
        <translation>%1 mit %2 Threads und Stapeln von %3 (%4)</translation>
    </message>
</context>
<context>
    <name>fieldmark::AnchorsPage</name>
    <message>
        <source>&amp;Classes by:</source>
        <translation>&amp;Klassen nach:</translation>
    </message>
    <message>
        <source>Field that names the class</source>
        <translation>Feld, das die Klasse nennt</translation>
    </message>
    <message>
        <source>Pictures with the same value in this field are of the same class</source>
        <translation>Bilder mit demselben Wert in diesem Feld gehören zur selben Klasse</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>Classes it is easily taken for</source>
        <translation>Klassen, mit denen sie leicht verwechselt wird</translation>
    </message>
    <message>
        <source>There is no other class.</source>
        <translation>Es gibt keine andere Klasse.</translation>
    </message>
    <message>
        <source>Look-alike classes</source>
        <translation>Ähnliche Klassen</translation>
    </message>
    <message>
        <source>Labels to check</source>
        <translation>Zu prüfen</translation>
    </message>
    <message>
        <source>Every picture fits its own class best.</source>
        <translation>Jedes Bild passt am besten zu seiner Klasse.</translation>
    </message>
    <message>
        <source>Unusual pictures of the class</source>
        <translation>Ungewöhnliche Bilder der Klasse</translation>
    </message>
    <message>
        <source>None.</source>
        <translation>Keine.</translation>
    </message>
    <message>
        <source>Unusual pictures</source>
        <translation>Ungewöhnliche</translation>
    </message>
    <message>
        <source>&amp;Search from here</source>
        <translation>&amp;Von hier suchen</translation>
    </message>
    <message>
        <source>Show the cl&amp;ass</source>
        <translation>Kl&amp;asse zeigen</translation>
    </message>
    <message>
        <source>All pictures of the class, in Browse</source>
        <translation>Alle Bilder der Klasse, im Bestand</translation>
    </message>
    <message>
        <source>Lear&amp;n anchors…</source>
        <translation>A&amp;nker lernen…</translation>
    </message>
    <message>
        <source>Anchors come with a model learned by GAPan, on the page Learn</source>
        <translation>Anker kommen mit einem durch GAPan gelernten Modell, Seite Lernen</translation>
    </message>
    <message>
        <source>What the class looks like</source>
        <translation>Wie die Klasse aussieht</translation>
    </message>
    <message>
        <source>No classes yet</source>
        <translation>Noch keine Klassen</translation>
    </message>
    <message>
        <source>An import is running; this page looks again by itself.</source>
        <translation>Ein Import läuft; diese Seite sieht von selbst wieder nach.</translation>
    </message>
    <message>
        <source>Choose another field above, or label some pictures.</source>
        <translation>Wählen Sie oben ein anderes Feld, oder beschriften Sie Bilder.</translation>
    </message>
    <message>
        <source>Looking at the classes…</source>
        <translation>Klassen werden angesehen…</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>To check</source>
        <translation>Zu prüfen</translation>
    </message>
    <message>
        <source>%1: few pictures, what is shown of it is unreliable</source>
        <translation>%1: wenige Bilder, was davon gezeigt wird, ist unzuverlässig</translation>
    </message>
    <message numerus="yes">
        <source>%1 · %n picture(s)</source>
        <comment>name of a class</comment>
        <translation>
            <numerusform>%1 · %n Bild</numerusform>
            <numerusform>%1 · %n Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>Anchors: points of the appearance density that the model %1 learned (a reconstruction of GAPan), each shown by the pictures of the class nearest to it.</source>
        <translation>Anker: Punkte der Erscheinungsdichte, die das Modell %1 gelernt hat (eine Nachbildung von GAPan), jeder gezeigt durch die nächsten Bilder der Klasse.</translation>
    </message>
    <message>
        <source>With so few pictures they say little.</source>
        <translation>Bei so wenigen Bildern sagen sie wenig.</translation>
    </message>
    <message>
        <source>Anchor %1</source>
        <translation>Anker %1</translation>
    </message>
    <message>
        <source>%1 of the class lie nearest to it. Log-density %2 a dimension.</source>
        <translation>%1 der Klasse liegen ihm am nächsten. Log-Dichte %2 je Dimension.</translation>
    </message>
    <message>
        <source>Prototype %1</source>
        <translation>Prototyp %1</translation>
    </message>
    <message>
        <source>%1 of the class lie nearest to it.</source>
        <translation>%1 der Klasse liegen ihm am nächsten.</translation>
    </message>
    <message>
        <source>Fits “%1” better</source>
        <translation>Passt besser zu „%1“</translation>
    </message>
    <message>
        <source>Nearer to “%1”</source>
        <translation>Näher an „%1“</translation>
    </message>
    <message>
        <source>By %1 in log-density a dimension.</source>
        <translation>Um %1 in der Log-Dichte je Dimension.</translation>
    </message>
    <message>
        <source>By %1 in the cosine to the middle of the class; nothing was learned of it.</source>
        <translation>Um %1 im Kosinus zur Mitte der Klasse; davon wurde nichts gelernt.</translation>
    </message>
    <message>
        <source>Labels to check (%1)</source>
        <translation>Zu prüfen (%1)</translation>
    </message>
    <message>
        <source>Typicality %1</source>
        <translation>Typisch zu %1</translation>
    </message>
    <message>
        <source>Of 100 held-out pictures of the class so many were less typical.</source>
        <translation>Von 100 zurückgehaltenen Bildern der Klasse waren so viele weniger typisch.</translation>
    </message>
    <message>
        <source>Of 100 pictures of the class so many have their three nearest farther away.</source>
        <translation>Von 100 Bildern der Klasse haben so viele ihre drei nächsten weiter entfernt.</translation>
    </message>
    <message>
        <source>The middles of the two classes are alike by %1.</source>
        <translation>Die Mitten der beiden Klassen gleichen sich zu %1.</translation>
    </message>
    <message>
        <source>this class</source>
        <translation>diese Klasse</translation>
    </message>
    <message>
        <source>that class</source>
        <translation>jene Klasse</translation>
    </message>
    <message>
        <source>between</source>
        <translation>dazwischen</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>class, figure</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>The query fits, by log-density: %1.</source>
        <translation>Das Suchbild passt, nach Log-Dichte: %1.</translation>
    </message>
    <message>
        <source>The query is nearest to prototypes of: %1.</source>
        <translation>Das Suchbild ist am nächsten bei Prototypen von: %1.</translation>
    </message>
    <message>
        <source>It is unlike anything known: of 100 pictures %1 fit less.</source>
        <translation>Sie gleicht nichts Bekanntem: Von 100 Bildern passen %1 weniger.</translation>
    </message>
    <message>
        <source>Of 100 pictures %1 fit their best class less.</source>
        <translation>Von 100 Bildern passen %1 weniger zu ihrer besten Klasse.</translation>
    </message>
    <message>
        <source>The query could not be read: %1</source>
        <comment>an error</comment>
        <translation>Das Suchbild konnte nicht gelesen werden: %1</translation>
    </message>
    <message>
        <source>Search by the chosen anchor or prototype itself (%1); a double click on a picture searches by that picture</source>
        <translation>Mit dem gewählten Anker oder Prototyp selbst suchen (%1); ein Doppelklick auf ein Bild sucht mit diesem Bild</translation>
    </message>
    <message>
        <source>The classes whose anchors the model has learned</source>
        <translation>Die Klassen, deren Anker das Modell gelernt hat</translation>
    </message>
    <message>
        <source>Prototypes (spherical k-means) of how the model %1 sees the class, each shown by the pictures nearest to it.</source>
        <translation>Prototypen (sphärisches k-Means): wie das Modell %1 die Klasse sieht, jeder gezeigt durch die nächsten Bilder.</translation>
    </message>
    <message>
        <source>The model&apos;s anchors are of the classes in the field “%1”.</source>
        <translation>Die Anker des Modells gehören zu den Klassen im Feld „%1“.</translation>
    </message>
    <message numerus="yes">
        <source>It has learned anchors of %n other class(es), none of this one.</source>
        <translation>
            <numerusform>Es hat Anker von einer anderen Klasse gelernt, keine von dieser.</numerusform>
            <numerusform>Es hat Anker von %n anderen Klassen gelernt, keine von dieser.</numerusform>
        </translation>
    </message>
    <message>
        <source>Anchors come with a model learned by GAPan.</source>
        <translation>Anker gibt es mit einem Modell, das mit GAPan gelernt wurde.</translation>
    </message>
    <message>
        <source>Show “%1”</source>
        <translation>„%1“ zeigen</translation>
    </message>
    <message>
        <source>Say what is in your pictures: take the names of their folders, add a table of labels, or select pictures in Browse and type a label in the inspector. Then this page shows what each class looks like.</source>
        <translation>Sagen Sie, was auf Ihren Bildern ist: Übernehmen Sie die Namen ihrer Ordner, fügen Sie eine Tabelle hinzu oder wählen Sie unter Durchsehen Bilder aus und geben Sie eine Beschriftung ein. Dann zeigt diese Seite, wie jede Klasse aussieht.</translation>
    </message>
</context>
<context>
    <name>fieldmark::BoxPreview</name>
    <message>
        <source>Pictures with their object boxes</source>
        <translation>Bilder mit ihren Objektrahmen</translation>
    </message>
    <message>
        <source>The bright part is what counts as the object</source>
        <translation>Der helle Teil gilt als das Objekt</translation>
    </message>
    <message>
        <source>Of %1 pictures looked at, %2 have an object box.</source>
        <translation>Von %1 angesehenen Bildern haben %2 einen Objektrahmen.</translation>
    </message>
    <message>
        <source>%1 of %2 pictures have an object box.</source>
        <translation>%1 von %2 Bildern haben einen Objektrahmen.</translation>
    </message>
    <message>
        <source>With fewer than half, object and background can teach it little. Draw boxes with “Object box…” in Browse, or have them found with “fieldmark-cli objects --find”.</source>
        <translation>Bei weniger als der Hälfte lehren Objekt und Hintergrund wenig. Zeichnen Sie Rahmen mit „Objektrahmen…“ unter Durchsehen, oder lassen Sie sie mit „fieldmark-cli objects --find“ finden.</translation>
    </message>
</context>
<context>
    <name>fieldmark::ComparePane</name>
    <message>
        <source>Wheel zooms, drag moves, double click switches between the whole picture and its pixels</source>
        <translation>Mausrad zoomt, Ziehen verschiebt, Doppelklick wechselt zwischen ganzem Bild und Originalpixeln</translation>
    </message>
    <message>
        <source>Take this picture out of the comparison</source>
        <translation>Dieses Bild aus dem Vergleich nehmen</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Suchbild</translation>
    </message>
    <message>
        <source>a picture of the library</source>
        <translation>ein Bild der Bibliothek</translation>
    </message>
    <message>
        <source>a pasted picture</source>
        <translation>ein eingefügtes Bild</translation>
    </message>
    <message>
        <source>%1 · the part in the box</source>
        <translation>%1 · Ausschnitt im Rahmen</translation>
    </message>
    <message>
        <source>rank %1 · score %2</source>
        <comment>rank, score</comment>
        <translation>Rang %1 · Ähnlichkeit %2</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>Kein Bild</translation>
    </message>
    <message>
        <source>rank %1 · mark %2</source>
        <comment>rank, likeness of the mark</comment>
        <translation>Rang %1 · Merkmal %2</translation>
    </message>
    <message>
        <source>Query: %1</source>
        <comment>name of an anchor</comment>
        <translation>Suchbild: %1</translation>
    </message>
    <message>
        <source>shown by its nearest picture, %1</source>
        <translation>gezeigt durch das nächste Bild, %1</translation>
    </message>
</context>
<context>
    <name>fieldmark::CompareView</name>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Back to the matches</source>
        <translation>Zurück zu den Treffern</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Vorheriger Treffer</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>Nächster Treffer</translation>
    </message>
    <message>
        <source>First match</source>
        <translation>Erster Treffer</translation>
    </message>
    <message>
        <source>Last match</source>
        <translation>Letzter Treffer</translation>
    </message>
    <message>
        <source>Flip</source>
        <translation>Tauschen</translation>
    </message>
    <message>
        <source>Show the query in the match&apos;s place; hold the key to look only for a moment (F)</source>
        <translation>Suchbild an der Stelle des Treffers zeigen; Taste halten, um nur kurz hinzusehen (F)</translation>
    </message>
    <message>
        <source>Blink</source>
        <translation>Blinken</translation>
    </message>
    <message>
        <source>Query and match in turn in the same place, so that differences jump out (B)</source>
        <translation>Suchbild und Treffer abwechselnd an derselben Stelle, sodass Unterschiede ins Auge springen (B)</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Koppeln</translation>
    </message>
    <message>
        <source>Zoom and move all pictures together (L)</source>
        <translation>Alle Bilder gemeinsam zoomen und verschieben (L)</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Keep this match in view while going on to others (P)</source>
        <translation>Diesen Treffer im Blick behalten und zu anderen weitergehen (P)</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Pixel by pixel</source>
        <translation>Originalpixel</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>action, key</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>no match</source>
        <translation>kein Treffer</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <comment>rank, count</comment>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Show which places carry the score; hold the key to look only for a moment (W)</source>
        <translation>Zeigen, welche Stellen die Ähnlichkeit tragen; Taste halten, um nur kurz hinzusehen (W)</translation>
    </message>
    <message>
        <source>Looking for what the two have in common</source>
        <translation>Gemeinsamkeiten der beiden werden gesucht</translation>
    </message>
    <message>
        <source>Where the model looks, and places that look alike</source>
        <translation>Wohin das Modell schaut, und Stellen, die sich gleichen</translation>
    </message>
    <message>
        <source>place %1: %2</source>
        <comment>number, share of the score</comment>
        <translation>Stelle %1: %2</translation>
    </message>
    <message>
        <source>everything else: %1</source>
        <comment>share of the score</comment>
        <translation>alles Übrige: %1</translation>
    </message>
    <message>
        <source>Score %1 = %2</source>
        <comment>score, its parts</comment>
        <translation>Ähnlichkeit %1 = %2</translation>
    </message>
    <message>
        <source>Find mark</source>
        <translation>Merkmal suchen</translation>
    </message>
    <message>
        <source>Choose a region of the query and rank the matches by that region alone (M)</source>
        <translation>Einen Bereich des Suchbilds wählen und die Treffer nur danach ordnen (M)</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>Wischen</translation>
    </message>
    <message>
        <source>Query and match in the same place, parted by a line to drag (D)</source>
        <translation>Suchbild und Treffer am selben Ort, getrennt durch eine ziehbare Linie (D)</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Licht</translation>
    </message>
    <message>
        <source>Brightness and contrast of the pictures shown here; no file changes (A)</source>
        <translation>Helligkeit und Kontrast der hier gezeigten Bilder; keine Datei ändert sich (A)</translation>
    </message>
    <message>
        <source>Look inside</source>
        <translation>Hineinsehen</translation>
    </message>
    <message>
        <source>What the model looks at in this picture (I)</source>
        <translation>Wohin das Modell in diesem Bild sieht (I)</translation>
    </message>
    <message>
        <source>Looking for the mark: %1 of %2</source>
        <comment>pictures done, of all</comment>
        <translation>Merkmal wird gesucht: %1 von %2</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Where the query ends and the match begins</source>
        <translation>Wo das Suchbild endet und der Treffer beginnt</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Suchbild</translation>
    </message>
    <message>
        <source>Match</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>Brightness, for display only</source>
        <translation>Helligkeit, nur für die Anzeige</translation>
    </message>
    <message>
        <source>Contrast, for display only</source>
        <translation>Kontrast, nur für die Anzeige</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>Helligkeit</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>Kontrast</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Show the pictures as they are</source>
        <translation>Die Bilder zeigen, wie sie sind</translation>
    </message>
    <message>
        <source>Draw a box around a mark of the query, or click on it</source>
        <translation>Ziehen Sie einen Rahmen um ein Merkmal des Suchbilds, oder klicken Sie darauf</translation>
    </message>
    <message>
        <source>Ranked by the mark: %1 of %2 matches</source>
        <comment>looked at, all</comment>
        <translation>Nach dem Merkmal geordnet: %1 von %2 Treffern</translation>
    </message>
    <message>
        <source>Ranked by the mark</source>
        <translation>Nach dem Merkmal geordnet</translation>
    </message>
    <message>
        <source>Back to whole pictures</source>
        <translation>Zurück zu ganzen Bildern</translation>
    </message>
    <message>
        <source>There is no picture to look for the mark in</source>
        <translation>Es gibt kein Bild, in dem das Merkmal gesucht werden kann</translation>
    </message>
    <message>
        <source>Draw a box around a mark of the picture nearest to the anchor, or click on it</source>
        <translation>Ziehen Sie einen Rahmen um ein Merkmal des Bildes, das dem Anker am nächsten ist, oder klicken Sie darauf</translation>
    </message>
    <message>
        <source>Of the anchor&apos;s nearest picture, not of the anchor:</source>
        <translation>Vom nächsten Bild des Ankers, nicht vom Anker:</translation>
    </message>
    <message>
        <source>Of the prototype&apos;s nearest picture, not of the prototype:</source>
        <translation>Vom nächsten Bild des Prototyps, nicht vom Prototyp:</translation>
    </message>
    <message>
        <source>Draw a box around a mark of the picture nearest to the prototype, or click on it</source>
        <translation>Ziehen Sie einen Rahmen um ein Merkmal des Bildes, das dem Prototyp am nächsten ist, oder klicken Sie darauf</translation>
    </message>
</context>
<context>
    <name>fieldmark::CropEditor</name>
    <message>
        <source>Part of the picture to search with</source>
        <translation>Ausschnitt des Bildes, mit dem gesucht wird</translation>
    </message>
    <message>
        <source>Drag a box around what matters. Arrow keys move it, Shift+arrows resize it, Backspace takes the whole picture.</source>
        <translation>Einen Rahmen um das Wesentliche ziehen. Pfeiltasten verschieben ihn, Umschalt+Pfeiltasten ändern seine Größe, die Rücktaste nimmt das ganze Bild.</translation>
    </message>
    <message>
        <source>the whole picture</source>
        <translation>das ganze Bild</translation>
    </message>
    <message>
        <source>%1 of the picture</source>
        <translation>%1 des Bildes</translation>
    </message>
    <message>
        <source>%1 pixels, %2 of the picture</source>
        <translation>%1 Pixel, %2 des Bildes</translation>
    </message>
</context>
<context>
    <name>fieldmark::CurvePlot</name>
    <message>
        <source>%1: %2</source>
        <comment>name of a curve, its last value</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1%</source>
        <comment>percentage</comment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <comment>value of a curve, place on the axis</comment>
        <translation>%1 bei %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>name of a curve, its value</comment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::DialogButtons</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
</context>
<context>
    <name>fieldmark::EvaluatePage</name>
    <message>
        <source>First right match at rank %1 as before; the others moved.</source>
        <translation>Erster richtiger Treffer auf Rang %1 wie vorher; die anderen haben sich verschoben.</translation>
    </message>
    <message>
        <source>First right match at rank %1 instead of %2.</source>
        <translation>Erster richtiger Treffer auf Rang %1 statt %2.</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>First right match at rank %1, score %2.</source>
        <translation>Erster richtiger Treffer auf Rang %1, Ähnlichkeit %2.</translation>
    </message>
    <message>
        <source>Progress of the evaluation</source>
        <translation>Fortschritt der Auswertung</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop the evaluation; the figures shown stay</source>
        <translation>Die Auswertung abbrechen; die gezeigten Zahlen bleiben</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Field that names the class</source>
        <translation>Feld, das die Klasse nennt</translation>
    </message>
    <message>
        <source>Pictures with the same value in this field are of the same class</source>
        <translation>Bilder mit demselben Wert in diesem Feld gehören zur selben Klasse</translation>
    </message>
    <message>
        <source>&amp;Classes by:</source>
        <translation>&amp;Klassen nach:</translation>
    </message>
    <message>
        <source>Pictures to evaluate</source>
        <translation>Bilder, die ausgewertet werden</translation>
    </message>
    <message>
        <source>Queries and matches both come from these pictures</source>
        <translation>Suchbilder und Treffer stammen beide aus diesen Bildern</translation>
    </message>
    <message>
        <source>all pictures</source>
        <translation>allen Bildern</translation>
    </message>
    <message>
        <source>only what Browse shows</source>
        <translation>nur denen, die die Galerie zeigt</translation>
    </message>
    <message>
        <source>&amp;Among:</source>
        <translation>&amp;Unter:</translation>
    </message>
    <message>
        <source>Model to compare with</source>
        <translation>Modell, mit dem verglichen wird</translation>
    </message>
    <message>
        <source>Another model this library has vectors of</source>
        <translation>Ein anderes Modell, von dem diese Bibliothek Merkmale hat</translation>
    </message>
    <message>
        <source>Compare &amp;with:</source>
        <translation>&amp;Vergleichen mit:</translation>
    </message>
    <message>
        <source>&amp;Evaluate</source>
        <translation>Aus&amp;werten</translation>
    </message>
    <message>
        <source>Ask with every labelled picture for the others (%1)</source>
        <translation>Mit jedem beschrifteten Bild nach den anderen suchen (%1)</translation>
    </message>
    <message>
        <source>Figures of each class</source>
        <translation>Zahlen jeder Klasse</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>Mix-ups</source>
        <translation>Verwechslungen</translation>
    </message>
    <message>
        <source>Pictures whose own class is found late</source>
        <translation>Bilder, deren eigene Klasse spät gefunden wird</translation>
    </message>
    <message>
        <source>The nearest picture is of the same class every time.</source>
        <translation>Das nächste Bild ist jedes Mal von derselben Klasse.</translation>
    </message>
    <message>
        <source>Hardest pictures</source>
        <translation>Schwierigste Bilder</translation>
    </message>
    <message>
        <source>Probabilities</source>
        <translation>Wahrscheinlichkeiten</translation>
    </message>
    <message>
        <source>Other model</source>
        <translation>Anderes Modell</translation>
    </message>
    <message>
        <source>Which class is taken for which</source>
        <translation>Welche Klasse für welche gehalten wird</translation>
    </message>
    <message>
        <source>Which queries to show</source>
        <translation>Welche Suchbilder gezeigt werden</translation>
    </message>
    <message>
        <source>Queries by how much their ranking changed</source>
        <translation>Suchbilder, danach geordnet, wie sehr sich ihre Rangfolge geändert hat</translation>
    </message>
    <message>
        <source>most improved queries</source>
        <translation>am meisten verbesserte Suchbilder</translation>
    </message>
    <message>
        <source>queries that became worse</source>
        <translation>schlechter gewordene Suchbilder</translation>
    </message>
    <message>
        <source>Queries with their first matches under both models</source>
        <translation>Suchbilder mit ihren ersten Treffern unter beiden Modellen</translation>
    </message>
    <message>
        <source>There are none.</source>
        <translation>Es gibt keine.</translation>
    </message>
    <message>
        <source>Show &amp;probabilities beside scores</source>
        <translation>Wah&amp;rscheinlichkeiten neben den Ähnlichkeiten zeigen</translation>
    </message>
    <message>
        <source>Beside the score of every match: how likely it is of the same class</source>
        <translation>Neben der Ähnlichkeit jedes Treffers: wie wahrscheinlich er von derselben Klasse ist</translation>
    </message>
    <message>
        <source>What a score is worth</source>
        <translation>Was eine Ähnlichkeit wert ist</translation>
    </message>
    <message>
        <source>score</source>
        <translation>Ähnlichkeit</translation>
    </message>
    <message>
        <source>Said and true</source>
        <translation>Angegeben und tatsächlich</translation>
    </message>
    <message>
        <source>probability said</source>
        <translation>angegebene Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>Each point: of the matches given such a probability, how many were of the same class, on pictures held out. On the dashed line the two agree.</source>
        <translation>Jeder Punkt: wie viele der Treffer mit einer solchen angegebenen Wahrscheinlichkeit von derselben Klasse waren, gemessen an zurückgehaltenen Bildern. Auf der gestrichelten Linie stimmen beide überein.</translation>
    </message>
    <message>
        <source>no other model</source>
        <translation>keinem anderen Modell</translation>
    </message>
    <message>
        <source>Reading the vectors…</source>
        <translation>Merkmale werden gelesen …</translation>
    </message>
    <message>
        <source>Every labelled picture asks for its own class</source>
        <translation>Jedes beschriftete Bild sucht nach seiner eigenen Klasse</translation>
    </message>
    <message>
        <source>Each is left out of what it is compared with, so that none finds itself.</source>
        <translation>Dabei wird jedes aus dem Vergleich herausgenommen, sodass keines sich selbst findet.</translation>
    </message>
    <message>
        <source>Choose another class or other pictures above.</source>
        <translation>Oben eine andere Klasse oder andere Bilder wählen.</translation>
    </message>
    <message>
        <source>Nothing to measure by yet</source>
        <translation>Noch nichts, woran sich messen lässt</translation>
    </message>
    <message>
        <source>How well do pictures of the same class find each other?</source>
        <translation>Wie gut finden Bilder derselben Klasse einander?</translation>
    </message>
    <message>
        <source>Choose the field that names the class and press Evaluate. Nothing leaves this computer, and nothing is changed.</source>
        <translation>Wählen Sie das Feld, das die Klasse nennt, und drücken Sie „Auswerten“. Nichts verlässt diesen Computer, und nichts wird verändert.</translation>
    </message>
    <message>
        <source>In %1 of 100 cases the nearest picture is of the same %2.</source>
        <comment>number, name of a field</comment>
        <translation>In %1 von 100 Fällen stimmt beim nächsten Bild „%2“ überein.</translation>
    </message>
    <message>
        <source>Between %1 and %2 of 100 with 95% confidence; on other classes of this kind between %3 and %4.</source>
        <translation>Mit 95 % Sicherheit zwischen %1 und %2 von 100; bei anderen Klassen dieser Art zwischen %3 und %4.</translation>
    </message>
    <message>
        <source>%1 queries in %2 classes, model %3.</source>
        <translation>%1 Suchbilder in %2 Klassen, Modell %3.</translation>
    </message>
    <message numerus="yes">
        <source>%n alone in their class</source>
        <translation>
            <numerusform>%n allein in seiner Klasse</numerusform>
            <numerusform>%n allein in ihrer Klasse</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without this label</source>
        <translation>
            <numerusform>%n ohne diese Beschriftung</numerusform>
            <numerusform>%n ohne diese Beschriftung</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not embedded yet</source>
        <translation>
            <numerusform>%n noch nicht durchsuchbar</numerusform>
            <numerusform>%n noch nicht durchsuchbar</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 was learned from %2 of these classes, which flatters it: of new ones expect less.</source>
        <translation>%1 wurde aus %2 dieser Klassen gelernt, was ihm schmeichelt: Von neuen ist weniger zu erwarten.</translation>
    </message>
    <message>
        <source>Pictures left out: %1.</source>
        <translation>Ausgelassene Bilder: %1.</translation>
    </message>
    <message>
        <source>Recall@%1</source>
        <translation>Recall@%1</translation>
    </message>
    <message numerus="yes">
        <source>Share of queries with a picture of their class among the first %n</source>
        <translation>
            <numerusform>Anteil der Suchbilder, bei denen der erste Treffer von ihrer Klasse ist</numerusform>
            <numerusform>Anteil der Suchbilder mit einem Bild ihrer Klasse unter den ersten %n Treffern</numerusform>
        </translation>
    </message>
    <message>
        <source>MAP@R</source>
        <translation>MAP@R</translation>
    </message>
    <message>
        <source>How well all pictures of the class come first, counted as far down as the class has pictures (mean average precision at R)</source>
        <translation>Wie gut alle Bilder der Klasse zuerst kommen, gezählt so weit hinab, wie die Klasse Bilder hat (Mean Average Precision bei R)</translation>
    </message>
    <message>
        <source>mAP</source>
        <translation>mAP</translation>
    </message>
    <message>
        <source>Mean average precision over the whole ranking</source>
        <translation>Mean Average Precision über die ganze Rangfolge</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Recall@1</source>
        <translation>Recall@1</translation>
    </message>
    <message>
        <source>A single picture has no other one to find.</source>
        <translation>Ein einzelnes Bild hat kein anderes, das es finden könnte.</translation>
    </message>
    <message>
        <source>Enter shows the pictures of a class</source>
        <translation>Enter zeigt die Bilder einer Klasse</translation>
    </message>
    <message>
        <source>taken for</source>
        <translation>gehalten für</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>No class is taken for another: the nearest picture is right every time.</source>
        <translation>Keine Klasse wird für eine andere gehalten: Das nächste Bild ist jedes Mal richtig.</translation>
    </message>
    <message>
        <source>Pictures of %1</source>
        <translation>Bilder von %1</translation>
    </message>
    <message>
        <source>Whether %1 or %2 is better cannot be told from these pictures.</source>
        <translation>Ob %1 oder %2 besser ist, lässt sich an diesen Bildern nicht erkennen.</translation>
    </message>
    <message>
        <source>%1 finds the same class better than %2.</source>
        <translation>%1 findet dieselbe Klasse besser als %2.</translation>
    </message>
    <message>
        <source>%1 finds the same class less well than %2.</source>
        <translation>%1 findet dieselbe Klasse weniger gut als %2.</translation>
    </message>
    <message>
        <source>Its first right match comes earlier for %1 queries, later for %2, at the same rank for %3.</source>
        <translation>Der erste richtige Treffer kommt bei %1 Suchbildern früher, bei %2 später, bei %3 auf demselben Rang.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) without a vector of both models are left out.</source>
        <translation>
            <numerusform>%n Bild ohne Merkmale beider Modelle ist ausgelassen.</numerusform>
            <numerusform>%n Bilder ohne Merkmale beider Modelle sind ausgelassen.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <comment>before, now</comment>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>In brackets: 95% interval over queries. Over classes: %1.</source>
        <translation>In Klammern: 95-%-Intervall über die Suchbilder. Über die Klassen: %1.</translation>
    </message>
    <message>
        <source>From a score of about %1 a match is more likely of the same %2 than not.</source>
        <translation>Ab einer Ähnlichkeit von etwa %1 stimmt „%2“ bei einem Treffer eher überein als nicht.</translation>
    </message>
    <message>
        <source>No score makes it more likely than not that a match is of the same %1.</source>
        <translation>Bei keiner Ähnlichkeit stimmt „%1“ bei einem Treffer eher überein als nicht.</translation>
    </message>
    <message>
        <source>On pictures held out, what is said is off by %1 on average. It holds for this model, this field and pictures like these.</source>
        <translation>Bei zurückgehaltenen Bildern liegt die Angabe im Mittel um %1 daneben. Sie gilt für dieses Modell, dieses Feld und Bilder wie diese.</translation>
    </message>
    <message>
        <source>Between %1 and %2 of 100 with 95% confidence; one class alone says nothing of others.</source>
        <translation>Zwischen %1 und %2 von 100 mit 95 % Sicherheit; eine Klasse allein sagt nichts über andere.</translation>
    </message>
    <message>
        <source>Say what is in your pictures: take the names of their folders, add a table of labels, or select pictures in Browse and type a label in the inspector. Two pictures with the same label are enough to begin.</source>
        <translation>Sagen Sie, was auf Ihren Bildern ist: Übernehmen Sie die Namen ihrer Ordner, fügen Sie eine Tabelle hinzu oder wählen Sie unter Durchsehen Bilder aus und geben Sie eine Beschriftung ein. Zwei Bilder mit gleicher Beschriftung genügen für den Anfang.</translation>
    </message>
</context>
<context>
    <name>fieldmark::FailedFilesDialog</name>
    <message>
        <source>Pictures that could not be read</source>
        <translation>Bilder, die nicht gelesen werden konnten</translation>
    </message>
    <message>
        <source>Failed files</source>
        <translation>Fehlgeschlagene Dateien</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the selected lines, or all, as text</source>
        <translation>Die ausgewählten oder alle Zeilen als Text kopieren</translation>
    </message>
    <message>
        <source>All pictures could be read.</source>
        <translation>Alle Bilder konnten gelesen werden.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) could not be read. The files were not changed.</source>
        <translation>
            <numerusform>Ein Bild konnte nicht gelesen werden. Die Datei wurde nicht verändert.</numerusform>
            <numerusform>%n Bilder konnten nicht gelesen werden. Die Dateien wurden nicht verändert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Retry all</source>
        <translation>Alle erneut versuchen</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alle kopieren</translation>
    </message>
</context>
<context>
    <name>fieldmark::FailedFilesModel</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>Ursache</translation>
    </message>
    <message>
        <source>What happened and what to do</source>
        <translation>Was geschehen ist und was hilft</translation>
    </message>
</context>
<context>
    <name>fieldmark::FieldDelegate</name>
    <message>
        <source>Value of %1</source>
        <translation>Wert von %1</translation>
    </message>
    <message>
        <source>several values</source>
        <translation>mehrere Werte</translation>
    </message>
</context>
<context>
    <name>fieldmark::FieldsModel</name>
    <message>
        <source>several values</source>
        <translation>mehrere Werte</translation>
    </message>
    <message>
        <source>The selected pictures differ here. A new value goes to all of them.</source>
        <translation>Die ausgewählten Bilder unterscheiden sich hier. Ein neuer Wert gilt für alle.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>field, value</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
</context>
<context>
    <name>fieldmark::FigureTiles</name>
    <message>
        <source>%1%</source>
        <comment>percentage</comment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 to %2%</source>
        <comment>the ends of an interval of percentages</comment>
        <translation>%1 bis %2 %</translation>
    </message>
    <message>
        <source>%1 points (%2 to %3)</source>
        <comment>a difference of percentages, the ends of its interval</comment>
        <translation>%1 Punkte (%2 bis %3)</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>name of a figure, its value</comment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::FilterChips</name>
    <message>
        <source>Filters in force</source>
        <translation>Aktive Filter</translation>
    </message>
    <message>
        <source>Filter %1, remove</source>
        <translation>Filter %1, entfernen</translation>
    </message>
    <message>
        <source>Remove the filter %1 (Del)</source>
        <translation>Filter %1 entfernen (Entf)</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>Remove all filters</source>
        <translation>Alle Filter entfernen</translation>
    </message>
</context>
<context>
    <name>fieldmark::FilterField</name>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter by name, label or path</source>
        <translation>Nach Name, Beschriftung oder Pfad filtern</translation>
    </message>
    <message>
        <source>Words that a name, a label or a path must contain, or conditions such as species=Song Sparrow and Enter (Ctrl+L)</source>
        <translation>Wörter, die in Name, Beschriftung oder Pfad vorkommen müssen, oder Bedingungen wie species=Singammer und Enter (Strg+L)</translation>
    </message>
</context>
<context>
    <name>fieldmark::FolderLabelsCommand</name>
    <message>
        <source>labelling %1 by folders</source>
        <translation>%1 nach Ordnern beschriften</translation>
    </message>
</context>
<context>
    <name>fieldmark::FolderLabelsDialog</name>
    <message>
        <source>Folder names as labels</source>
        <translation>Ordnernamen als Beschriftung</translation>
    </message>
    <message>
        <source>Each picture is labelled with the name of the folder it lies in. Pictures that have a label already keep it, and the files are not touched.</source>
        <translation>Jedes Bild wird mit dem Namen des Ordners beschriftet, in dem es liegt. Bilder mit einer Beschriftung behalten sie, und die Dateien bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>species</source>
        <comment>name of a field</comment>
        <translation>Art</translation>
    </message>
    <message>
        <source>What the folders name, as &quot;species&quot; or &quot;individual&quot;</source>
        <translation>Was die Ordner benennen, etwa „Art“ oder „Individuum“</translation>
    </message>
    <message>
        <source>&amp;Field:</source>
        <translation>&amp;Feld:</translation>
    </message>
    <message>
        <source>All collections</source>
        <translation>Alle Sammlungen</translation>
    </message>
    <message>
        <source>&amp;Pictures of:</source>
        <translation>&amp;Bilder aus:</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Beschriften</translation>
    </message>
    <message>
        <source>Give the field a name.</source>
        <translation>Geben Sie dem Feld einen Namen.</translation>
    </message>
    <message>
        <source>Reading the folders…</source>
        <translation>Ordner werden gelesen …</translation>
    </message>
    <message numerus="yes">
        <source>%n folder(s): %1</source>
        <translation>
            <numerusform>Ein Ordner: %1</numerusform>
            <numerusform>%n Ordner: %1</numerusform>
        </translation>
    </message>
    <message>
        <source>No folder names a picture anew.</source>
        <translation>Kein Ordner gibt einem Bild eine neue Beschriftung.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) have a label already.</source>
        <translation>
            <numerusform>Ein Bild ist schon beschriftet.</numerusform>
            <numerusform>%n Bilder sind schon beschriftet.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Label %n picture(s)</source>
        <translation>
            <numerusform>Ein Bild beschriften</numerusform>
            <numerusform>%n Bilder beschriften</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) lie outside these folders and get no label.</source>
        <translation>
            <numerusform>Ein Bild liegt außerhalb dieser Ordner und bekommt keine Beschriftung.</numerusform>
            <numerusform>%n Bilder liegen außerhalb dieser Ordner und bekommen keine Beschriftung.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::GalleryModel</name>
    <message>
        <source>picture %1</source>
        <translation>Bild %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>file name, collection</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1, from %2</source>
        <comment>a picture&apos;s label, its collection</comment>
        <translation>%1, aus %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::ImageView</name>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>Kein Bild</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
</context>
<context>
    <name>fieldmark::ImportBar</name>
    <message>
        <source>Import</source>
        <translation>Import</translation>
    </message>
    <message>
        <source>Import progress</source>
        <translation>Fortschritt des Imports</translation>
    </message>
    <message>
        <source>Show which pictures could not be read, and why</source>
        <translation>Zeigen, welche Bilder nicht gelesen werden konnten und warum</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop this import. What is done so far is kept.</source>
        <translation>Diesen Import abbrechen. Was bisher geschafft ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Stopping the import. What is done so far is kept.</source>
        <translation>Der Import wird abgebrochen. Was bisher geschafft ist, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Close this summary</source>
        <translation>Diese Zusammenfassung schließen</translation>
    </message>
    <message>
        <source>looking for pictures</source>
        <translation>Bilder werden gesucht</translation>
    </message>
    <message>
        <source>looking for pictures, %1 files seen</source>
        <translation>Bilder werden gesucht, %1 Dateien gesehen</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>finishing</source>
        <translation>wird abgeschlossen</translation>
    </message>
    <message>
        <source>paused at %1 of %2</source>
        <translation>angehalten bei %1 von %2</translation>
    </message>
    <message>
        <source>Importing: %1</source>
        <translation>Import: %1</translation>
    </message>
    <message>
        <source>Importing %1: %2</source>
        <translation>Import von %1: %2</translation>
    </message>
    <message>
        <source>Listing files</source>
        <translation>Dateien auflisten</translation>
    </message>
    <message>
        <source>Reading and decoding</source>
        <translation>Lesen und dekodieren</translation>
    </message>
    <message>
        <source>Computing features</source>
        <translation>Merkmale berechnen</translation>
    </message>
    <message>
        <source>Writing to the library</source>
        <translation>In die Bibliothek schreiben</translation>
    </message>
    <message>
        <source>%1: %2 done in %3</source>
        <translation>%1: %2 in %3</translation>
    </message>
    <message>
        <source>the slowest</source>
        <translation>am langsamsten</translation>
    </message>
    <message>
        <source>%1 added</source>
        <translation>%1 hinzugefügt</translation>
    </message>
    <message>
        <source>%1 updated</source>
        <translation>%1 aktualisiert</translation>
    </message>
    <message>
        <source>%1 moved</source>
        <translation>%1 verschoben</translation>
    </message>
    <message>
        <source>%1 missing</source>
        <translation>%1 nicht gefunden</translation>
    </message>
    <message>
        <source>%1 made searchable</source>
        <translation>%1 durchsuchbar gemacht</translation>
    </message>
    <message>
        <source>0 new</source>
        <translation>0 neu</translation>
    </message>
    <message>
        <source>%1 unchanged</source>
        <translation>%1 unverändert</translation>
    </message>
    <message>
        <source>labels for %1 of %2 rows</source>
        <translation>Beschriftungen für %1 von %2 Zeilen</translation>
    </message>
    <message>
        <source>cancelled; the %1 pictures done so far are kept and can be searched. Adding the folder again goes on from there.</source>
        <translation>abgebrochen; die bisher fertigen Bilder (%1) bleiben erhalten und sind durchsuchbar. Den Ordner erneut hinzufügen setzt dort fort.</translation>
    </message>
    <message>
        <source>Import: %1</source>
        <translation>Import: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>name of an import, what came of it</comment>
        <translation>%1: %2</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the label table name no picture here</source>
        <translation>
            <numerusform>%n Zeile der Beschriftungstabelle nennt kein Bild von hier</numerusform>
            <numerusform>%n Zeilen der Beschriftungstabelle nennen kein Bild von hier</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n fehlgeschlagen</numerusform>
            <numerusform>%n fehlgeschlagen</numerusform>
        </translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Go on with the import</source>
        <translation>Den Import fortsetzen</translation>
    </message>
    <message>
        <source>Stop for now; go on later from the same place</source>
        <translation>Vorerst anhalten; später an derselben Stelle fortsetzen</translation>
    </message>
</context>
<context>
    <name>fieldmark::Inspector</name>
    <message>
        <source>About the selected picture</source>
        <translation>Zum ausgewählten Bild</translation>
    </message>
    <message>
        <source>Select a picture to see what is known about it.</source>
        <translation>Ein Bild auswählen, um zu sehen, was darüber bekannt ist.</translation>
    </message>
    <message>
        <source>%1 pictures are selected. At most %2 can be edited together: select fewer.</source>
        <translation>%1 Bilder sind ausgewählt. Höchstens %2 lassen sich zusammen bearbeiten: bitte weniger auswählen.</translation>
    </message>
    <message>
        <source>What was searched with</source>
        <translation>Womit gesucht wurde</translation>
    </message>
    <message>
        <source>The query</source>
        <translation>Das Suchbild</translation>
    </message>
    <message>
        <source>The score is the cosine between query and match: 1 is the same picture. It ranks the matches of one query; it is no probability.</source>
        <translation>Die Ähnlichkeit ist der Kosinus zwischen Suchbild und Treffer: 1 ist dasselbe Bild. Sie ordnet die Treffer einer Suche; eine Wahrscheinlichkeit ist sie nicht.</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try to read the file again</source>
        <translation>Die Datei noch einmal lesen</translation>
    </message>
    <message>
        <source>Find look-alikes</source>
        <translation>Ähnliche suchen</translation>
    </message>
    <message>
        <source>Search the library with this picture</source>
        <translation>Die Bibliothek mit diesem Bild durchsuchen</translation>
    </message>
    <message>
        <source>Open in file manager</source>
        <translation>In der Dateiverwaltung öffnen</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>Pfad kopieren</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>Felder</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Give the picture another field, or one that others have</source>
        <translation>Dem Bild ein neues Feld geben oder eines, das andere schon haben</translation>
    </message>
    <message>
        <source>Add a field</source>
        <translation>Feld hinzufügen</translation>
    </message>
    <message>
        <source>No fields yet. Labels come from folder names or a table, or are added here.</source>
        <translation>Noch keine Felder. Beschriftungen kommen von Ordnernamen oder aus einer Tabelle oder werden hier hinzugefügt.</translation>
    </message>
    <message>
        <source>Fields of the picture</source>
        <translation>Felder des Bildes</translation>
    </message>
    <message>
        <source>Double click or F2 changes a value, Del removes it</source>
        <translation>Doppelklick oder F2 ändert einen Wert, Entf entfernt ihn</translation>
    </message>
    <message>
        <source>field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Name of the field</source>
        <translation>Name des Feldes</translation>
    </message>
    <message>
        <source>value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Value of the field</source>
        <translation>Wert des Feldes</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Setzen</translation>
    </message>
    <message>
        <source>Set this field (Enter)</source>
        <translation>Dieses Feld setzen (Enter)</translation>
    </message>
    <message numerus="yes">
        <source>%n pictures</source>
        <translation>
            <numerusform>%n Bild</numerusform>
            <numerusform>%n Bilder</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pictures selected</source>
        <translation>
            <numerusform>%n Bild ausgewählt</numerusform>
            <numerusform>%n Bilder ausgewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>rank %1 · score %2</source>
        <comment>rank, score</comment>
        <translation>Rang %1 · Ähnlichkeit %2</translation>
    </message>
    <message>
        <source>The file is gone, or its drive is not connected. Labels and vectors are kept.</source>
        <translation>Die Datei ist weg, oder ihr Laufwerk ist nicht angeschlossen. Beschriftungen und Merkmale bleiben erhalten.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>kind of error, sentence</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>fact, value</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Collection</source>
        <translation>Sammlung</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>%1 together</source>
        <translation>zusammen %1</translation>
    </message>
    <message numerus="yes">
        <source>%n collections</source>
        <translation>
            <numerusform>%n Sammlung</numerusform>
            <numerusform>%n Sammlungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be read</source>
        <translation>
            <numerusform>%n nicht lesbar</numerusform>
            <numerusform>%n nicht lesbar</numerusform>
        </translation>
    </message>
    <message>
        <source>“%1” is a name that Fieldmark uses itself. Choose another one for the field.</source>
        <translation>„%1“ ist ein Name, den Fieldmark selbst verwendet. Das Feld braucht einen anderen.</translation>
    </message>
    <message>
        <source>No file manager could be started for %1. Copy the path instead.</source>
        <translation>Für %1 ließ sich keine Dateiverwaltung starten. Stattdessen kann der Pfad kopiert werden.</translation>
    </message>
    <message>
        <source>Object box…</source>
        <translation>Objektrahmen…</translation>
    </message>
    <message>
        <source>Where the object is in the picture</source>
        <translation>Wo im Bild das Objekt ist</translation>
    </message>
    <message>
        <source>Look inside…</source>
        <translation>Hineinsehen…</translation>
    </message>
    <message>
        <source>What the model looks at in this picture</source>
        <translation>Wohin das Modell in diesem Bild sieht</translation>
    </message>
    <message>
        <source>What was searched with: %1. Shown is the picture nearest to it.</source>
        <comment>an anchor</comment>
        <translation>Gesucht wurde mit: %1. Gezeigt wird das nächste Bild.</translation>
    </message>
</context>
<context>
    <name>fieldmark::LabelReview</name>
    <message>
        <source>Nothing looked for yet.</source>
        <translation>Noch nichts gesucht.</translation>
    </message>
    <message>
        <source>A model learned with appearance anchors knows how the pictures of each class are spread. Pictures that fit another class better than their own may have a wrong label. Only you can tell.</source>
        <translation>Ein mit Erscheinungsankern gelerntes Modell weiß, wie die Bilder jeder Klasse gestreut sind. Bilder, die besser zu einer anderen Klasse passen als zu ihrer eigenen, sind womöglich falsch beschriftet. Entscheiden können das nur Sie.</translation>
    </message>
    <message>
        <source>&amp;Look for doubtful labels</source>
        <translation>Zweifelhafte Beschriftungen s&amp;uchen</translation>
    </message>
    <message>
        <source>Goes through the labelled pictures; nothing is changed</source>
        <translation>Geht die beschrifteten Bilder durch; nichts wird verändert</translation>
    </message>
    <message>
        <source>Take the &amp;better label</source>
        <translation>Bessere Beschri&amp;ftung übernehmen</translation>
    </message>
    <message>
        <source>Gives the picture the label it fits better; can be undone (Ctrl+Z)</source>
        <translation>Gibt dem Bild die Beschriftung, zu der es besser passt; lässt sich rückgängig machen (Strg+Z)</translation>
    </message>
    <message>
        <source>&amp;Keep the label</source>
        <translation>Beschriftun&amp;g behalten</translation>
    </message>
    <message>
        <source>The label is right: take the picture off this list</source>
        <translation>Die Beschriftung stimmt: das Bild von dieser Liste nehmen</translation>
    </message>
    <message>
        <source>Doubtful labels</source>
        <translation>Zweifelhafte Beschriftungen</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird gesucht …</translation>
    </message>
    <message>
        <source>Fits “%1” better. Of the pictures of its class %2 of 100 are less typical.</source>
        <translation>Passt besser zu „%1“. Von den Bildern seiner Klasse sind %2 von 100 weniger typisch.</translation>
    </message>
    <message>
        <source>No label looks doubtful.</source>
        <translation>Keine Beschriftung wirkt zweifelhaft.</translation>
    </message>
    <message>
        <source>All doubtful labels are looked at.</source>
        <translation>Alle zweifelhaften Beschriftungen sind durchgesehen.</translation>
    </message>
</context>
<context>
    <name>fieldmark::LearnForm</name>
    <message>
        <source>Field that names the class</source>
        <translation>Feld, das die Klasse nennt</translation>
    </message>
    <message>
        <source>Pictures with the same value in this field shall be found together</source>
        <translation>Bilder mit demselben Wert in diesem Feld sollen zusammen gefunden werden</translation>
    </message>
    <message>
        <source>&amp;What to tell apart</source>
        <translation>&amp;Was unterschieden werden soll</translation>
    </message>
    <message>
        <source>Classes to learn from</source>
        <translation>Klassen, aus denen gelernt wird</translation>
    </message>
    <message>
        <source>Space takes a class in or leaves it out</source>
        <translation>Die Leertaste nimmt eine Klasse hinzu oder lässt sie aus</translation>
    </message>
    <message>
        <source>&amp;All</source>
        <translation>A&amp;lle</translation>
    </message>
    <message>
        <source>N&amp;one</source>
        <translation>Kei&amp;ne</translation>
    </message>
    <message>
        <source>Learn from all classes</source>
        <translation>Aus allen Klassen lernen</translation>
    </message>
    <message>
        <source>Leave all classes out</source>
        <translation>Alle Klassen auslassen</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>How the new model is learned</source>
        <translation>Wie das neue Modell gelernt wird</translation>
    </message>
    <message>
        <source>Appearance anchors (GAPan)</source>
        <translation>Erscheinungsanker (GAPan)</translation>
    </message>
    <message>
        <source>Proxies (ProxyNCA++)</source>
        <translation>Proxys (ProxyNCA++)</translation>
    </message>
    <message>
        <source>Adapters in a transformer (DVA)</source>
        <translation>Adapter in einem Transformer (DVA)</translation>
    </message>
    <message>
        <source>Hash codes (GDF-Net)</source>
        <translation>Hash-Codes (GDF-Net)</translation>
    </message>
    <message>
        <source>&amp;How</source>
        <translation>W&amp;ie</translation>
    </message>
    <message>
        <source>Length of the code</source>
        <translation>Länge des Codes</translation>
    </message>
    <message>
        <source>More bits tell more apart and take more room</source>
        <translation>Mehr Bits unterscheiden mehr und brauchen mehr Platz</translation>
    </message>
    <message numerus="yes">
        <source>%n bits</source>
        <translation>
            <numerusform>%n Bit</numerusform>
            <numerusform>%n Bit</numerusform>
        </translation>
    </message>
    <message>
        <source>Code &amp;length:</source>
        <translation>Länge des &amp;Codes:</translation>
    </message>
    <message>
        <source>How much of the model learns</source>
        <translation>Wie viel vom Modell lernt</translation>
    </message>
    <message>
        <source>The whole network learns more. On a processor that takes half an hour to a night, by the number of pictures.</source>
        <translation>Das ganze Netz lernt mehr. Auf einem Prozessor dauert das eine halbe Stunde bis eine Nacht, je nach Zahl der Bilder.</translation>
    </message>
    <message>
        <source>Quick: on the vectors at hand</source>
        <translation>Schnell: auf vorhandenen Merkmalen</translation>
    </message>
    <message>
        <source>Thorough: the whole network</source>
        <translation>Gründlich: das ganze Netz</translation>
    </message>
    <message>
        <source>Time it may take</source>
        <translation>Zeit, die es dauern darf</translation>
    </message>
    <message>
        <source>It stops by itself when the time is up and keeps the best it has found</source>
        <translation>Es hört von selbst auf, wenn die Zeit um ist, und behält das Beste, was es gefunden hat</translation>
    </message>
    <message>
        <source>10 minutes</source>
        <translation>10 Minuten</translation>
    </message>
    <message>
        <source>30 minutes</source>
        <translation>30 Minuten</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 Stunde</translation>
    </message>
    <message>
        <source>a night (8 hours)</source>
        <translation>eine Nacht (8 Stunden)</translation>
    </message>
    <message>
        <source>&amp;Time it may take</source>
        <translation>&amp;Zeit, die es dauern darf</translation>
    </message>
    <message>
        <source>Name of the new model</source>
        <translation>Name des neuen Modells</translation>
    </message>
    <message>
        <source>Left empty, it is named after method and field</source>
        <translation>Bleibt er leer, wird es nach Verfahren und Feld benannt</translation>
    </message>
    <message>
        <source>&amp;Name of the new model</source>
        <translation>Name des neuen &amp;Modells</translation>
    </message>
    <message>
        <source>&amp;Learn</source>
        <translation>Le&amp;rnen</translation>
    </message>
    <message>
        <source>Begin; it can be stopped at any time</source>
        <translation>Beginnen; lässt sich jederzeit beenden</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>a class, its number of pictures</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>One picture alone has no other one to be like.</source>
        <translation>Ein Bild allein hat kein anderes, dem es gleichen könnte.</translation>
    </message>
    <message numerus="yes">
        <source>%n class(es) with one picture are left out: it has no other one to be like.</source>
        <translation>
            <numerusform>%n Klasse mit nur einem Bild ist ausgelassen: Es hat kein anderes, dem es gleichen könnte.</numerusform>
            <numerusform>%n Klassen mit nur einem Bild sind ausgelassen: Es hat kein anderes, dem es gleichen könnte.</numerusform>
        </translation>
    </message>
    <message>
        <source>Learns how the pictures of each class are spread, draws typical appearances from it and gathers the class around them. It can point out doubtful labels. A reconstruction of GAPan (arXiv 2605.09859).</source>
        <translation>Lernt, wie die Bilder jeder Klasse verteilt sind, zieht daraus typische Erscheinungen und sammelt die Klasse um sie. Es kann auf zweifelhafte Beschriftungen hinweisen. Eine Nachbildung von GAPan (arXiv 2605.09859).</translation>
    </message>
    <message>
        <source>Gives each class one point to gather at. The plain method the others are measured by. A reconstruction of ProxyNCA++ (ECCV 2020).</source>
        <translation>Gibt jeder Klasse einen Punkt, um den sie sich sammelt. Das schlichte Verfahren, an dem die anderen gemessen werden. Ein Nachbau von ProxyNCA++ (ECCV 2020).</translation>
    </message>
    <message>
        <source>Teaches a vision transformer to look at what tells your classes apart by small additions to every layer; its own weights stay. A reconstruction of DVA (arXiv 2506.16273).</source>
        <translation>Bringt einem Vision-Transformer durch kleine Zusätze in jeder Schicht bei, auf das zu schauen, was die Klassen unterscheidet; seine eigenen Gewichte bleiben. Ein Nachbau von DVA (arXiv 2506.16273).</translation>
    </message>
    <message>
        <source>Compares neighbouring parts of a picture and learns short codes of bits, for very large libraries. A reconstruction of GDF-Net (2022).</source>
        <translation>Vergleicht benachbarte Teile eines Bildes und lernt kurze Codes aus Bits, für sehr große Bibliotheken. Ein Nachbau von GDF-Net (2022).</translation>
    </message>
    <message>
        <source>DVA is not offered: it needs a vision transformer, and the model in use, %1, is none.</source>
        <translation>DVA steht nicht zur Wahl: Es braucht einen Vision-Transformer, und das verwendete Modell, %1, ist keiner.</translation>
    </message>
    <message>
        <source>Learns from %1 pictures. Of %2 classes %3 are learned and %4 kept aside to check on.</source>
        <translation>Lernt aus %1 Bildern. Von %2 Klassen werden %3 gelernt und %4 zur Prüfung zurückgehalten.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) are not embedded yet and take no part.</source>
        <translation>
            <numerusform>%n Bild ist noch nicht durchsuchbar und bleibt außen vor.</numerusform>
            <numerusform>%n Bilder sind noch nicht durchsuchbar und bleiben außen vor.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) cannot be read and take no part.</source>
        <translation>
            <numerusform>%n Bild ist nicht lesbar und bleibt außen vor.</numerusform>
            <numerusform>%n Bilder sind nicht lesbar und bleiben außen vor.</numerusform>
        </translation>
    </message>
    <message>
        <source>Give &amp;colour less weight</source>
        <translation>&amp;Farbe weniger gewichten</translation>
    </message>
    <message>
        <source>For cars, tools and the like, which come in any colour: it learns from pictures made paler, stronger, grey or blurred. Leave it off where colour is a mark, as with birds.</source>
        <translation>Für Autos, Werkzeuge und Ähnliches, das es in jeder Farbe gibt: Gelernt wird aus Bildern, die blasser, kräftiger, grau oder unscharf gemacht sind. Aus lassen, wo die Farbe ein Merkmal ist, wie bei Vögeln.</translation>
    </message>
    <message>
        <source>Where it would see the object, in a few of the pictures:</source>
        <translation>Wo das Objekt gesehen würde, bei einigen der Bilder:</translation>
    </message>
    <message>
        <source>as long as it takes</source>
        <translation>so lange, wie es dauert</translation>
    </message>
    <message numerus="yes">
        <source>It begins with %1, which has learned %n class(es) of those kept aside already, so they are found too well before and after. For an honest check use another model first.</source>
        <translation>
            <numerusform>Es beginnt mit %1, das %n der zurückgehaltenen Klassen schon gelernt hat; sie wird davor und danach zu gut gefunden. Für eine ehrliche Prüfung zuerst ein anderes Modell verwenden.</numerusform>
            <numerusform>Es beginnt mit %1, das %n der zurückgehaltenen Klassen schon gelernt hat; sie werden davor und danach zu gut gefunden. Für eine ehrliche Prüfung zuerst ein anderes Modell verwenden.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::LearnPage</name>
    <message>
        <source>Learn from labels</source>
        <translation>Aus Beschriftungen lernen</translation>
    </message>
    <message>
        <source>Check these labels</source>
        <translation>Diese Beschriftungen prüfen</translation>
    </message>
    <message>
        <source>The pictures get their new vectors in the background; the former model answers until then.</source>
        <translation>Die Bilder bekommen ihre neuen Merkmale im Hintergrund; bis dahin antwortet das bisherige Modell.</translation>
    </message>
    <message>
        <source>In use now. The former model is kept and can be taken back.</source>
        <translation>Jetzt in Gebrauch. Das bisherige Modell bleibt erhalten und lässt sich zurückholen.</translation>
    </message>
    <message>
        <source>Progress of learning</source>
        <translation>Fortschritt des Lernens</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>Been&amp;den</translation>
    </message>
    <message>
        <source>Stop now and keep the best so far</source>
        <translation>Jetzt beenden und das Beste bisher behalten</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird beendet …</translation>
    </message>
    <message>
        <source>Stopping. The best so far is kept…</source>
        <translation>Wird beendet. Das bisher Beste bleibt …</translation>
    </message>
    <message>
        <source>On pictures kept aside</source>
        <translation>Auf zurückgehaltenen Bildern</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>Epoche</translation>
    </message>
    <message>
        <source>higher is better</source>
        <translation>höher ist besser</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>lower is better</source>
        <translation>niedriger ist besser</translation>
    </message>
    <message>
        <source>After the first epoch</source>
        <translation>Nach der ersten Epoche</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>Epoch %1 of %2</source>
        <translation>Epoche %1 von %2</translation>
    </message>
    <message>
        <source>Recall@1</source>
        <translation>Recall@1</translation>
    </message>
    <message>
        <source>MAP@R</source>
        <translation>MAP@R</translation>
    </message>
    <message>
        <source>Learning by “%1”</source>
        <comment>name of a field</comment>
        <translation>Lernen nach „%1“</translation>
    </message>
    <message>
        <source>Nothing of the library was changed.</source>
        <translation>An der Bibliothek wurde nichts verändert.</translation>
    </message>
    <message>
        <source>Nothing to learn from yet</source>
        <translation>Noch nichts, woraus sich lernen lässt</translation>
    </message>
    <message>
        <source>This library is open for reading only</source>
        <translation>Diese Bibliothek ist schreibgeschützt geöffnet</translation>
    </message>
    <message>
        <source>A new model would be kept in it. Open it for writing to learn.</source>
        <translation>Ein neues Modell würde in ihr abgelegt. Zum Lernen muss sie zum Schreiben geöffnet sein.</translation>
    </message>
    <message>
        <source>Teach it what tells your classes apart</source>
        <translation>Lernen, was die Klassen unterscheidet</translation>
    </message>
    <message>
        <source>Some classes are kept aside at first: they show whether pictures of classes it has not seen are found better than before. Then it learns once more from all. The model in use stays until you say so, and nothing leaves this computer.</source>
        <translation>Einige Klassen werden zunächst zurückgehalten: Sie zeigen, ob Bilder ungesehener Klassen besser gefunden werden als vorher. Dann wird noch einmal aus allen gelernt. Das verwendete Modell bleibt, bis Sie es anders wollen, und nichts verlässt diesen Computer.</translation>
    </message>
    <message>
        <source>The first point comes before the first epoch: where the learning begins.</source>
        <translation>Der erste Punkt liegt vor der ersten Epoche: wo das Lernen beginnt.</translation>
    </message>
    <message>
        <source>Recall@1, in use</source>
        <translation>Recall@1, benutzt</translation>
    </message>
    <message>
        <source>MAP@R, in use</source>
        <translation>MAP@R, benutzt</translation>
    </message>
    <message>
        <source>Say what is in your pictures: take the names of their folders, add a table of labels, or select pictures in Browse and type a label in the inspector. At least four classes with two pictures each are needed; the more the better.</source>
        <translation>Sagen Sie, was auf Ihren Bildern ist: Übernehmen Sie die Namen ihrer Ordner, fügen Sie eine Tabelle hinzu oder wählen Sie unter Durchsehen Bilder aus und geben Sie eine Beschriftung ein. Nötig sind mindestens vier Klassen mit je zwei Bildern; je mehr, desto besser.</translation>
    </message>
</context>
<context>
    <name>fieldmark::LibrarySidebar</name>
    <message>
        <source>Collections and labels</source>
        <translation>Sammlungen und Beschriftungen</translation>
    </message>
    <message>
        <source>Collections</source>
        <translation>Sammlungen</translation>
    </message>
    <message>
        <source>Add a folder of pictures (Ctrl+O)</source>
        <translation>Ordner mit Bildern hinzufügen (Strg+O)</translation>
    </message>
    <message>
        <source>Add a folder of pictures</source>
        <translation>Ordner mit Bildern hinzufügen</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Beschriftungen</translation>
    </message>
    <message>
        <source>Field whose values are listed</source>
        <translation>Feld, dessen Werte aufgelistet sind</translation>
    </message>
    <message>
        <source>No picture has a value here yet.</source>
        <translation>Hier hat noch kein Bild einen Wert.</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n picture(s)</source>
        <translation>
            <numerusform>%1, %n Bild</numerusform>
            <numerusform>%1, %n Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>All pictures</source>
        <translation>Alle Bilder</translation>
    </message>
    <message>
        <source>This folder cannot be reached now. Its pictures are shown from the cache and can still be searched.</source>
        <translation>Dieser Ordner ist zurzeit nicht erreichbar. Seine Bilder werden aus dem Zwischenspeicher gezeigt und bleiben durchsuchbar.</translation>
    </message>
    <message>
        <source>%1, not reachable</source>
        <comment>collection</comment>
        <translation>%1, nicht erreichbar</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Pictures that could not be read; the list says why</source>
        <translation>Bilder, die nicht gelesen werden konnten; die Liste nennt die Gründe</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Fehlend</translation>
    </message>
    <message>
        <source>Pictures whose file is gone from its folder; labels and look-alikes are kept until you remove them</source>
        <translation>Bilder, deren Datei nicht mehr in ihrem Ordner liegt; Beschriftungen und Merkmale bleiben erhalten, bis sie entfernt werden</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n picture(s). Click to show only these.</source>
        <translation>
            <numerusform>%1: %n Bild. Klicken, um nur dieses zu zeigen.</numerusform>
            <numerusform>%1: %n Bilder. Klicken, um nur diese zu zeigen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Look for new and changed pictures</source>
        <translation>Nach neuen und geänderten Bildern suchen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>The folder has moved…</source>
        <translation>Der Ordner ist umgezogen …</translation>
    </message>
    <message>
        <source>Where is this folder now?</source>
        <translation>Wo liegt dieser Ordner jetzt?</translation>
    </message>
    <message>
        <source>Remove from library…</source>
        <translation>Aus der Bibliothek entfernen …</translation>
    </message>
    <message>
        <source>Show the list with reasons</source>
        <translation>Liste mit Gründen zeigen</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
</context>
<context>
    <name>fieldmark::LookDialog</name>
    <message>
        <source>What the model looks at</source>
        <translation>Wohin das Modell sieht</translation>
    </message>
    <message>
        <source>&amp;Show:</source>
        <translation>&amp;Zeigen:</translation>
    </message>
    <message>
        <source>What of the model is laid over the picture</source>
        <translation>Was vom Modell über das Bild gelegt wird</translation>
    </message>
    <message>
        <source>&amp;Layer:</source>
        <translation>&amp;Schicht:</translation>
    </message>
    <message>
        <source>Which of the transformer&apos;s layers</source>
        <translation>Welche Schicht des Transformers</translation>
    </message>
    <message>
        <source>&amp;Head:</source>
        <translation>&amp;Kopf:</translation>
    </message>
    <message>
        <source>Which of the layer&apos;s attention heads</source>
        <translation>Welcher Aufmerksamkeitskopf der Schicht</translation>
    </message>
    <message>
        <source>&amp;Opacity:</source>
        <translation>&amp;Deckkraft:</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>How strongly the heat covers the picture</source>
        <translation>Wie stark die Wärme das Bild bedeckt</translation>
    </message>
    <message>
        <source>Save as &amp;PNG…</source>
        <translation>Als &amp;PNG sichern…</translation>
    </message>
    <message>
        <source>Save as PNG</source>
        <translation>Als PNG sichern</translation>
    </message>
    <message>
        <source>PNG pictures (*.png)</source>
        <translation>PNG-Bilder (*.png)</translation>
    </message>
    <message>
        <source>Saved as &quot;%1&quot;.</source>
        <translation>Als „%1“ gesichert.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; could not be written. Choose another folder.</source>
        <translation>„%1“ konnte nicht geschrieben werden. Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird angesehen…</translation>
    </message>
    <message>
        <source>Strength of the features</source>
        <translation>Stärke der Merkmale</translation>
    </message>
    <message>
        <source>Attention of one layer</source>
        <translation>Aufmerksamkeit einer Schicht</translation>
    </message>
    <message>
        <source>Attention through all layers</source>
        <translation>Aufmerksamkeit durch alle Schichten</translation>
    </message>
    <message>
        <source>Object and its box</source>
        <translation>Objekt und sein Rahmen</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <comment>layer, count</comment>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>mean of all</source>
        <translation>Mittel aller</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <comment>head, count</comment>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>How strongly each place answers in the last layer. Strong is not yet important: the comparison&apos;s &quot;Why&quot; shows what carries a score.</source>
        <translation>Wie stark jede Stelle in der letzten Schicht antwortet. Stark heißt noch nicht wichtig: „Warum“ im Vergleich zeigt, was eine Bewertung trägt.</translation>
    </message>
    <message>
        <source>Where this layer gathers what becomes the picture&apos;s vector.</source>
        <translation>Wo diese Schicht sammelt, was zum Vektor des Bildes wird.</translation>
    </message>
    <message>
        <source>How much each place reaches the picture&apos;s vector through all layers.</source>
        <translation>Wie viel von jeder Stelle durch alle Schichten den Vektor des Bildes erreicht.</translation>
    </message>
    <message>
        <source>What the object finder takes for the object, and the box around it.</source>
        <translation>Was der Objektfinder für das Objekt hält, und der Rahmen darum.</translation>
    </message>
    <message>
        <source>The object finder sees no single object here.</source>
        <translation>Der Objektfinder sieht hier kein einzelnes Objekt.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>model, what is shown</comment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::MainWindow</name>
    <message>
        <source>Add another picture to the query</source>
        <translation>Ein weiteres Bild zur Suche hinzufügen</translation>
    </message>
    <message>
        <source>This query has no answer</source>
        <translation>Diese Suche hat keine Antwort</translation>
    </message>
    <message>
        <source>See the message above, or choose another picture.</source>
        <translation>Siehe die Meldung oben, oder ein anderes Bild wählen.</translation>
    </message>
    <message>
        <source>Order of the pictures</source>
        <translation>Reihenfolge der Bilder</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Look-alikes</source>
        <translation>Ähnliche Bilder</translation>
    </message>
    <message numerus="yes">
        <source>The last import was interrupted: %n picture(s) cannot be searched yet.</source>
        <translation>
            <numerusform>Der letzte Import wurde unterbrochen: %n Bild ist noch nicht durchsuchbar.</numerusform>
            <numerusform>Der letzte Import wurde unterbrochen: %n Bilder sind noch nicht durchsuchbar.</numerusform>
        </translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>what was left</source>
        <translation>der Rest</translation>
    </message>
    <message>
        <source>No pictures found in what you hold</source>
        <translation>Hierin sind keine Bilder</translation>
    </message>
    <message numerus="yes">
        <source>Import %n picture(s)</source>
        <translation>
            <numerusform>%n Bild importieren</numerusform>
            <numerusform>%n Bilder importieren</numerusform>
        </translation>
    </message>
    <message>
        <source>They stay where they are; the library only remembers them.</source>
        <translation>Sie bleiben, wo sie sind; die Bibliothek merkt sie sich nur.</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Take “%1” with its labels out of the library? The files stay where they are.</source>
        <translation>„%1“ samt Beschriftungen aus der Bibliothek nehmen? Die Dateien bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Opening %1…</source>
        <translation>%1 wird geöffnet …</translation>
    </message>
    <message>
        <source>%1 is open for reading only: nothing can be added or changed.</source>
        <translation>%1 ist schreibgeschützt geöffnet: Hinzufügen und Ändern sind nicht möglich.</translation>
    </message>
    <message>
        <source>Open read-only</source>
        <translation>Schreibgeschützt öffnen</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Fieldmark</source>
        <translation>Fieldmark</translation>
    </message>
    <message>
        <source>%1 (read-only) – Fieldmark</source>
        <translation>%1 (schreibgeschützt) – Fieldmark</translation>
    </message>
    <message>
        <source>%1 – Fieldmark</source>
        <translation>%1 – Fieldmark</translation>
    </message>
    <message>
        <source>No library</source>
        <translation>Keine Bibliothek</translation>
    </message>
    <message>
        <source>All pictures</source>
        <translation>Alle Bilder</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Fehlend</translation>
    </message>
    <message numerus="yes">
        <source>%1 pictures</source>
        <translation>
            <numerusform>%1 Bild</numerusform>
            <numerusform>%1 Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>1 picture</source>
        <translation>1 Bild</translation>
    </message>
    <message>
        <source>%1 selected</source>
        <translation>%1 ausgewählt</translation>
    </message>
    <message>
        <source>Looking for pictures…</source>
        <translation>Bilder werden gesucht …</translation>
    </message>
    <message>
        <source>They appear here as soon as they are found.</source>
        <translation>Sie erscheinen hier, sobald sie gefunden sind.</translation>
    </message>
    <message>
        <source>No picture fits this filter</source>
        <translation>Kein Bild passt zu diesem Filter</translation>
    </message>
    <message>
        <source>Esc takes the filter away.</source>
        <translation>Esc hebt den Filter auf.</translation>
    </message>
    <message>
        <source>No pictures here</source>
        <translation>Hier sind keine Bilder</translation>
    </message>
    <message>
        <source>Drop a folder of pictures to add them.</source>
        <translation>Einen Ordner mit Bildern hierher ziehen, um sie hinzuzufügen.</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft …</translation>
    </message>
    <message>
        <source>The model is being loaded; the search begins by itself.</source>
        <translation>Das Modell wird geladen; die Suche beginnt von selbst.</translation>
    </message>
    <message>
        <source>No look-alike fits this filter</source>
        <translation>Kein ähnliches Bild passt zu diesem Filter</translation>
    </message>
    <message>
        <source>Remove a filter above to see more.</source>
        <translation>Oben einen Filter entfernen, um mehr zu sehen.</translation>
    </message>
    <message>
        <source>No look-alikes</source>
        <translation>Keine ähnlichen Bilder</translation>
    </message>
    <message>
        <source>Nothing in this library can be compared with it yet.</source>
        <translation>In dieser Bibliothek gibt es noch nichts zum Vergleichen.</translation>
    </message>
    <message>
        <source>&amp;Undo removing pictures</source>
        <translation>&amp;Rückgängig: Bilder entfernen</translation>
    </message>
    <message>
        <source>&amp;Undo %1</source>
        <translation>&amp;Rückgängig: %1</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo %1</source>
        <translation>&amp;Wiederholen: %1</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>This library is open for reading only, so nothing can be added.</source>
        <translation>Diese Bibliothek ist schreibgeschützt geöffnet; hinzufügen lässt sich nichts.</translation>
    </message>
    <message>
        <source>Sample pictures</source>
        <translation>Beispielbilder</translation>
    </message>
    <message>
        <source>%1 holds a table labels.csv.</source>
        <translation>%1 enthält eine Tabelle labels.csv.</translation>
    </message>
    <message>
        <source>Add its labels</source>
        <translation>Beschriftungen hinzufügen</translation>
    </message>
    <message>
        <source>Add the pictures first: the labels of %1 belong to pictures in the library.</source>
        <translation>Zuerst die Bilder hinzufügen: Die Beschriftungen aus %1 gehören zu Bildern in der Bibliothek.</translation>
    </message>
    <message>
        <source>Which collection do the labels of %1 belong to?</source>
        <translation>Zu welcher Sammlung gehören die Beschriftungen aus %1?</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the label table name no picture in this collection.</source>
        <translation>
            <numerusform>%n Zeile der Beschriftungstabelle nennt kein Bild dieser Sammlung.</numerusform>
            <numerusform>%n Zeilen der Beschriftungstabelle nennen kein Bild dieser Sammlung.</numerusform>
        </translation>
    </message>
    <message>
        <source>Import the pictures</source>
        <translation>Bilder importieren</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>action, its key</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>&amp;Bibliothek</translation>
    </message>
    <message>
        <source>&amp;New library…</source>
        <translation>&amp;Neue Bibliothek …</translation>
    </message>
    <message>
        <source>&amp;Open library…</source>
        <translation>Bibliothek ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>&amp;Recent libraries</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Close library</source>
        <translation>Bibliothek s&amp;chließen</translation>
    </message>
    <message>
        <source>&amp;Add a folder of pictures…</source>
        <translation>&amp;Ordner mit Bildern hinzufügen …</translation>
    </message>
    <message>
        <source>Add single &amp;pictures…</source>
        <translation>&amp;Einzelne Bilder hinzufügen …</translation>
    </message>
    <message>
        <source>Add &amp;labels from a table (CSV)…</source>
        <translation>Beschriftungen aus &amp;Tabelle hinzufügen (CSV) …</translation>
    </message>
    <message>
        <source>Open the &amp;sample pictures</source>
        <translation>Beis&amp;pielbilder öffnen</translation>
    </message>
    <message>
        <source>Pictures that could not be &amp;read…</source>
        <translation>Nicht &amp;lesbare Bilder …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>B&amp;earbeiten</translation>
    </message>
    <message>
        <source>&amp;Copy path</source>
        <translation>Pfad &amp;kopieren</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Remove from library</source>
        <translation>Aus der Bibliothek &amp;entfernen</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>&amp;Filtern</translation>
    </message>
    <message>
        <source>&amp;Query</source>
        <translation>&amp;Suche</translation>
    </message>
    <message>
        <source>&amp;Open a picture to find its look-alikes…</source>
        <translation>Bild ö&amp;ffnen und Ähnliche suchen …</translation>
    </message>
    <message>
        <source>&amp;Paste a picture to find its look-alikes</source>
        <translation>Bild &amp;einfügen und Ähnliche suchen</translation>
    </message>
    <message>
        <source>&amp;Find look-alikes</source>
        <translation>&amp;Ähnliche suchen</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>&amp;Vergleichen</translation>
    </message>
    <message>
        <source>C&amp;lear the query</source>
        <translation>Suchbilder &amp;leeren</translation>
    </message>
    <message>
        <source>Open in another &amp;program</source>
        <translation>In anderem &amp;Programm öffnen</translation>
    </message>
    <message>
        <source>Show in &amp;folder</source>
        <translation>Im &amp;Ordner zeigen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Larger pictures</source>
        <translation>Bilder &amp;größer</translation>
    </message>
    <message>
        <source>&amp;Smaller pictures</source>
        <translation>Bilder &amp;kleiner</translation>
    </message>
    <message>
        <source>&amp;Collections and labels</source>
        <translation>&amp;Sammlungen und Beschriftungen</translation>
    </message>
    <message>
        <source>&amp;Inspector</source>
        <translation>&amp;Inspektor</translation>
    </message>
    <message>
        <source>&amp;Order</source>
        <translation>&amp;Reihenfolge</translation>
    </message>
    <message>
        <source>By folder and name</source>
        <translation>Nach Ordner und Name</translation>
    </message>
    <message>
        <source>Added last first</source>
        <translation>Zuletzt hinzugefügte zuerst</translation>
    </message>
    <message>
        <source>Taken first first</source>
        <translation>Älteste Aufnahmen zuerst</translation>
    </message>
    <message>
        <source>Taken last first</source>
        <translation>Neueste Aufnahmen zuerst</translation>
    </message>
    <message>
        <source>Largest files first</source>
        <translation>Größte Dateien zuerst</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>&amp;Darstellung</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keys of this page</source>
        <translation>&amp;Tasten dieser Seite</translation>
    </message>
    <message>
        <source>&amp;About Fieldmark</source>
        <translation>&amp;Über Fieldmark</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Einen Schritt zurück</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Library: add pictures, open another one</source>
        <translation>Bibliothek: Bilder hinzufügen, eine andere öffnen</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>Size of the pictures</source>
        <translation>Größe der Bilder</translation>
    </message>
    <message>
        <source>Size of the pictures (Ctrl++, Ctrl+-, Ctrl+wheel)</source>
        <translation>Größe der Bilder (Strg++, Strg+-, Strg+Mausrad)</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Noch keine</translation>
    </message>
    <message>
        <source>Add a folder of pictures</source>
        <translation>Ordner mit Bildern hinzufügen</translation>
    </message>
    <message>
        <source>Add single pictures</source>
        <translation>Einzelne Bilder hinzufügen</translation>
    </message>
    <message>
        <source>Find look-alikes of a picture</source>
        <translation>Ähnliche zu einem Bild suchen</translation>
    </message>
    <message>
        <source>Add labels from a table</source>
        <translation>Beschriftungen aus einer Tabelle hinzufügen</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv *.txt)</source>
        <translation>Tabellen (*.csv *.tsv *.txt)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Make a new library</source>
        <translation>Neue Bibliothek anlegen</translation>
    </message>
    <message>
        <source>Open a library</source>
        <translation>Bibliothek öffnen</translation>
    </message>
    <message>
        <source>Make library</source>
        <translation>Bibliothek anlegen</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Compare with the query</source>
        <translation>Mit dem Suchbild vergleichen</translation>
    </message>
    <message>
        <source>Find look-alikes</source>
        <translation>Ähnliche suchen</translation>
    </message>
    <message>
        <source>Arrows, Home, End, %1, %2</source>
        <translation>Pfeile, Pos1, Ende, %1, %2</translation>
    </message>
    <message>
        <source>Go from picture to picture; with Shift they are selected on the way</source>
        <translation>Von Bild zu Bild gehen; mit Umschalt werden sie dabei ausgewählt</translation>
    </message>
    <message>
        <source>Mark or unmark a picture</source>
        <translation>Bild markieren oder Markierung aufheben</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Library and window</source>
        <translation>Bibliothek und Fenster</translation>
    </message>
    <message numerus="yes">
        <source>Took %n picture(s) out of the library. The files stay where they are.</source>
        <translation>
            <numerusform>%n Bild aus der Bibliothek genommen. Die Datei bleibt, wo sie ist.</numerusform>
            <numerusform>%n Bilder aus der Bibliothek genommen. Die Dateien bleiben, wo sie sind.</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>The change to the model %1 was interrupted. The former model is still in use.</source>
        <translation>Der Wechsel zum Modell %1 wurde unterbrochen. Das bisherige Modell ist noch in Gebrauch.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Learning “%1” was interrupted. It can go on where it stopped.</source>
        <translation>Das Lernen von „%1“ wurde unterbrochen. Es lässt sich dort fortsetzen, wo es aufgehört hat.</translation>
    </message>
    <message>
        <source>Learning “%1” is done.</source>
        <translation>Das Lernen von „%1“ ist fertig.</translation>
    </message>
    <message>
        <source>See the result</source>
        <translation>Ergebnis ansehen</translation>
    </message>
    <message>
        <source>The library searches with %1 now.</source>
        <translation>Die Bibliothek sucht jetzt mit %1.</translation>
    </message>
    <message>
        <source>Go back to the former model</source>
        <translation>Zurück zum bisherigen Modell</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelle …</translation>
    </message>
    <message>
        <source>&amp;Browse</source>
        <translation>G&amp;alerie</translation>
    </message>
    <message>
        <source>L&amp;earn</source>
        <translation>&amp;Lernen</translation>
    </message>
    <message>
        <source>E&amp;valuate</source>
        <translation>Aus&amp;werten</translation>
    </message>
    <message>
        <source>Look at the &amp;object of each picture only</source>
        <translation>Nur das &amp;Objekt jedes Bildes ansehen</translation>
    </message>
    <message>
        <source>Crops every picture to its object before it is embedded, now and at every import. The library is embedded anew in the background; unchecked, the former vectors are used again.</source>
        <translation>Schneidet jedes Bild auf sein Objekt zu, bevor es eingebettet wird, jetzt und bei jedem Import. Die Bibliothek wird im Hintergrund neu eingebettet; ausgeschaltet werden die früheren Vektoren wieder benutzt.</translation>
    </message>
    <message>
        <source>A&amp;nchors</source>
        <translation>A&amp;nker</translation>
    </message>
    <message>
        <source>&amp;Map</source>
        <translation>&amp;Karte</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Arrows</source>
        <translation>Pfeile</translation>
    </message>
    <message>
        <source>Move the map</source>
        <translation>Die Karte verschieben</translation>
    </message>
    <message>
        <source>Zoom in, zoom out, show all</source>
        <translation>Vergrößern, verkleinern, alles zeigen</translation>
    </message>
    <message>
        <source>Shift+drag</source>
        <translation>Umschalt+Ziehen</translation>
    </message>
    <message>
        <source>Draw around pictures to select them</source>
        <translation>Bilder umfahren, um sie auszuwählen</translation>
    </message>
    <message>
        <source>Find look-alikes of the one selected</source>
        <translation>Ähnliche zum ausgewählten finden</translation>
    </message>
    <message>
        <source>Select nothing; again: back to the pictures</source>
        <translation>Nichts auswählen; noch einmal: zurück zu den Bildern</translation>
    </message>
    <message numerus="yes">
        <source>Took %n anchor(s) of the former model out of the query. Anchors shows those of %1.</source>
        <translation>
            <numerusform>Ein Anker des vorigen Modells wurde aus der Suche genommen. Die Seite Anker zeigt die von %1.</numerusform>
            <numerusform>%n Anker des vorigen Modells wurden aus der Suche genommen. Die Seite Anker zeigt die von %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>Search by the nearest picture</source>
        <translation>Mit dem nächsten Bild suchen</translation>
    </message>
    <message>
        <source>Look &amp;inside…</source>
        <translation>&amp;Hineinsehen…</translation>
    </message>
    <message numerus="yes">
        <source>Took %n prototype(s) of the former model out of the query. Anchors shows those of %1.</source>
        <translation>
            <numerusform>Ein Prototyp des vorigen Modells wurde aus der Suche genommen. Die Seite Anker zeigt die von %1.</numerusform>
            <numerusform>%n Prototypen des vorigen Modells wurden aus der Suche genommen. Die Seite Anker zeigt die von %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Use folder names as labels…</source>
        <translation>&amp;Ordnernamen als Beschriftung…</translation>
    </message>
    <message numerus="yes">
        <source>The pictures lie in %n folders. If those are named after what is in them, their names can be labels.</source>
        <translation>
            <numerusform>Die Bilder liegen in einem Ordner. Heißt er nach dem, was darin ist, kann sein Name die Beschriftung sein.</numerusform>
            <numerusform>Die Bilder liegen in %n Ordnern. Heißen die nach dem, was darin ist, können ihre Namen die Beschriftungen sein.</numerusform>
        </translation>
    </message>
    <message>
        <source>Use folder names…</source>
        <translation>Ordnernamen benutzen…</translation>
    </message>
</context>
<context>
    <name>fieldmark::MapLandmarks</name>
    <message>
        <source>The query</source>
        <translation>Das Suchbild</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>Suchbild</translation>
    </message>
</context>
<context>
    <name>fieldmark::MapPage</name>
    <message>
        <source>Progress of the map</source>
        <translation>Fortschritt der Karte</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Keep the map as it is now</source>
        <translation>Die Karte lassen, wie sie jetzt ist</translation>
    </message>
    <message>
        <source>Redraw</source>
        <translation>Neu zeichnen</translation>
    </message>
    <message>
        <source>Compute the map anew</source>
        <translation>Die Karte neu berechnen</translation>
    </message>
    <message>
        <source>Labels on the map</source>
        <translation>Beschriftungen auf der Karte</translation>
    </message>
    <message>
        <source>Enter or a click selects the pictures with this label</source>
        <translation>Eingabe oder ein Klick wählt die Bilder mit dieser Beschriftung</translation>
    </message>
    <message>
        <source>Label that colours the map</source>
        <translation>Beschriftung, die die Karte färbt</translation>
    </message>
    <message>
        <source>Pictures with the same label have the same colour and shape</source>
        <translation>Bilder mit derselben Beschriftung haben dieselbe Farbe und Form</translation>
    </message>
    <message>
        <source>&amp;Colour by:</source>
        <translation>&amp;Farbe nach:</translation>
    </message>
    <message>
        <source>How the map is laid out</source>
        <translation>Wie die Karte angeordnet ist</translation>
    </message>
    <message>
        <source>Neighbourhoods (UMAP): look-alikes are near each other, groups stand apart; far distances mean little.
Overview (PCA): the two directions in which the pictures differ most; far distances are true.</source>
        <translation>Nachbarschaften (UMAP): Ähnliche liegen beieinander, Gruppen stehen getrennt; große Abstände bedeuten wenig.
Überblick (PCA): die zwei Richtungen, in denen sich die Bilder am meisten unterscheiden; große Abstände stimmen.</translation>
    </message>
    <message>
        <source>neighbourhoods (UMAP)</source>
        <translation>Nachbarschaften (UMAP)</translation>
    </message>
    <message>
        <source>overview (PCA)</source>
        <translation>Überblick (PCA)</translation>
    </message>
    <message>
        <source>La&amp;yout:</source>
        <translation>An&amp;ordnung:</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Draw around pictures to select them (or Shift+drag)</source>
        <translation>Bilder umfahren, um sie auszuwählen (oder Umschalt+Ziehen)</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation>Verkleinern (-)</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom in (+); close up, pictures take the points&apos; place</source>
        <translation>Vergrößern (+); aus der Nähe treten Bilder an die Stelle der Punkte</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>Show all (0)</source>
        <translation>Alles zeigen (0)</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>label, its pictures</comment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>other or no label</source>
        <translation>andere oder keine Beschriftung</translation>
    </message>
    <message>
        <source>no label</source>
        <translation>keine Beschriftung</translation>
    </message>
    <message>
        <source>Bringing look-alikes together…</source>
        <translation>Ähnliche werden zusammengeführt…</translation>
    </message>
    <message>
        <source>Looking for everyone&apos;s neighbours…</source>
        <translation>Nachbarn werden gesucht…</translation>
    </message>
    <message>
        <source>The map was made with another model.</source>
        <translation>Die Karte wurde mit einem anderen Modell gemacht.</translation>
    </message>
    <message numerus="yes">
        <source>%n new picture(s) are not on the map.</source>
        <translation>
            <numerusform>%n neues Bild ist nicht auf der Karte.</numerusform>
            <numerusform>%n neue Bilder sind nicht auf der Karte.</numerusform>
        </translation>
    </message>
    <message>
        <source>The map still shows pictures that were taken out.</source>
        <translation>Die Karte zeigt noch Bilder, die herausgenommen wurden.</translation>
    </message>
    <message>
        <source>There is no map</source>
        <translation>Es gibt keine Karte</translation>
    </message>
    <message>
        <source>Drawing the map…</source>
        <translation>Karte wird gezeichnet…</translation>
    </message>
    <message>
        <source>No map yet</source>
        <translation>Noch keine Karte</translation>
    </message>
    <message>
        <source>It is drawn when this page is shown.</source>
        <translation>Sie wird gezeichnet, wenn diese Seite gezeigt wird.</translation>
    </message>
    <message>
        <source>Nothing to map yet</source>
        <translation>Noch nichts zu zeigen</translation>
    </message>
    <message>
        <source>Pictures appear here as soon as they can be searched. Add a folder of pictures first.</source>
        <translation>Bilder erscheinen hier, sobald sie durchsuchbar sind. Fügen Sie zuerst einen Ordner mit Bildern hinzu.</translation>
    </message>
    <message>
        <source>Too few pictures for a map</source>
        <translation>Zu wenige Bilder für eine Karte</translation>
    </message>
    <message>
        <source>A map needs three pictures or more.</source>
        <translation>Eine Karte braucht mindestens drei Bilder.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n Bild</numerusform>
            <numerusform>%n Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 selected</source>
        <translation>%1 ausgewählt</translation>
    </message>
    <message>
        <source>drag moves, the wheel zooms, Shift+drag selects, a double click finds look-alikes</source>
        <translation>Ziehen verschiebt, das Rad vergrößert, Umschalt+Ziehen wählt aus, ein Doppelklick findet Ähnliche</translation>
    </message>
    <message>
        <source>Anchors</source>
        <translation>Anker</translation>
    </message>
    <message>
        <source>Draw in the anchors (or prototypes) of the coloured classes</source>
        <translation>Anker (oder Prototypen) der farbigen Klassen einzeichnen</translation>
    </message>
    <message>
        <source>anchors</source>
        <translation>Anker</translation>
    </message>
    <message>
        <source>Points of the appearance that the model learned of each class (a reconstruction of GAPan), each among the pictures nearest to it</source>
        <translation>Punkte des Aussehens, das das Modell von jeder Klasse gelernt hat (eine Nachbildung von GAPan), jeder zwischen den Bildern, die ihm am nächsten sind</translation>
    </message>
    <message>
        <source>prototypes</source>
        <translation>Prototypen</translation>
    </message>
    <message>
        <source>What the pictures of each class have in common (spherical k-means), each among the pictures nearest to it</source>
        <translation>Was die Bilder jeder Klasse gemeinsam haben (sphärisches k-Means), jeder zwischen den Bildern, die ihm am nächsten sind</translation>
    </message>
    <message>
        <source>the query</source>
        <translation>das Suchbild</translation>
    </message>
    <message>
        <source>Among the pictures nearest to it</source>
        <translation>Zwischen den Bildern, die ihm am nächsten sind</translation>
    </message>
    <message>
        <source>The map was stopped before it was ready.</source>
        <translation>Die Karte wurde angehalten, bevor sie fertig war.</translation>
    </message>
    <message numerus="yes">
        <source>%n in the filter</source>
        <translation>
            <numerusform>%n im Filter</numerusform>
            <numerusform>%n im Filter</numerusform>
        </translation>
    </message>
    <message>
        <source>the query could not be placed: %1</source>
        <comment>an error</comment>
        <translation>das Suchbild konnte nicht eingezeichnet werden: %1</translation>
    </message>
    <message>
        <source>the anchors could not be placed: %1</source>
        <comment>an error</comment>
        <translation>die Anker konnten nicht eingezeichnet werden: %1</translation>
    </message>
</context>
<context>
    <name>fieldmark::MapView</name>
    <message numerus="yes">
        <source>Map of %n picture(s)</source>
        <translation>
            <numerusform>Karte von %n Bild</numerusform>
            <numerusform>Karte von %n Bildern</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n ausgewählt</numerusform>
            <numerusform>%n ausgewählt</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchController</name>
    <message>
        <source>Mark at least one picture as ‘like’.</source>
        <translation>Mindestens ein Bild muss „so wie dieses“ sein.</translation>
    </message>
    <message>
        <source>Loading the model; the search starts by itself</source>
        <translation>Modell wird geladen; die Suche beginnt von selbst</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suche läuft</translation>
    </message>
    <message>
        <source>approximate</source>
        <translation>angenähert</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>exakt</translation>
    </message>
    <message>
        <source>no match among %1 · %2 · %3</source>
        <translation>kein Treffer unter %1 · %2 · %3</translation>
    </message>
    <message>
        <source>all %1 · %2 · %3</source>
        <translation>alle %1 · %2 · %3</translation>
    </message>
    <message>
        <source>top %1 of %2 · %3 · %4</source>
        <translation>beste %1 von %2 · %3 · %4</translation>
    </message>
    <message>
        <source>%1 of %2 embedded</source>
        <translation>%1 von %2 durchsuchbar</translation>
    </message>
    <message>
        <source>Reading: %1
Embedding: %2
Searching: %3
Fetching the rows: %4
Model: %5</source>
        <translation>Lesen: %1
Merkmale: %2
Suchen: %3
Zeilen holen: %4
Modell: %5</translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchHeader</name>
    <message>
        <source>What was searched</source>
        <translation>Was durchsucht wurde</translation>
    </message>
    <message>
        <source>Note about the matches</source>
        <translation>Hinweis zu den Treffern</translation>
    </message>
    <message>
        <source>Rank the new matches among those shown</source>
        <translation>Die neuen Treffer unter die gezeigten einreihen</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suche läuft</translation>
    </message>
    <message numerus="yes">
        <source>%n new matches, show</source>
        <translation>
            <numerusform>%n neuen Treffer zeigen</numerusform>
            <numerusform>%n neue Treffer zeigen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::MatchModel</name>
    <message>
        <source>%1 · %2</source>
        <comment>file name, collection</comment>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>%1
%2
rank %3, score %4</source>
        <translation>%1
%2
Rang %3, Ähnlichkeit %4</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>a match, its probability</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>the same %1 with a probability of %2</source>
        <comment>name of a field, percentage</comment>
        <translation>„%1“ stimmt mit einer Wahrscheinlichkeit von %2 überein</translation>
    </message>
</context>
<context>
    <name>fieldmark::MessageBar</name>
    <message>
        <source>Close this message (Esc)</source>
        <translation>Diese Meldung schließen (Esc)</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy this message with its details</source>
        <translation>Diese Meldung samt Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Meldungen</translation>
    </message>
</context>
<context>
    <name>fieldmark::MessagePage</name>
    <message>
        <source>Add labels</source>
        <translation>Beschriften</translation>
    </message>
    <message>
        <source>From a table, or the names of the folders the pictures lie in</source>
        <translation>Aus einer Tabelle oder nach den Ordnern, in denen die Bilder liegen</translation>
    </message>
</context>
<context>
    <name>fieldmark::ModelBar</name>
    <message>
        <source>Change of model</source>
        <translation>Modellwechsel</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Keep the present model. What is done so far is kept for another time.</source>
        <translation>Das jetzige Modell behalten. Was bisher geschafft ist, wird für ein andermal aufgehoben.</translation>
    </message>
    <message>
        <source>Stopping the change of model.</source>
        <translation>Der Modellwechsel wird abgebrochen.</translation>
    </message>
    <message>
        <source>Changing to %1</source>
        <translation>Wechsel zu %1</translation>
    </message>
    <message>
        <source>Changing to %1: finishing</source>
        <translation>Wechsel zu %1: wird abgeschlossen</translation>
    </message>
    <message>
        <source>Changing to %1: %2 of %3</source>
        <translation>Wechsel zu %1: %2 von %3</translation>
    </message>
</context>
<context>
    <name>fieldmark::ModelSwitchCommand</name>
    <message>
        <source>using the model %1</source>
        <translation>Modell %1 benutzen</translation>
    </message>
</context>
<context>
    <name>fieldmark::ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>No model is installed, so pictures cannot be described or searched. Import a weights file, or set Fieldmark up again to get its own model.</source>
        <translation>Es ist kein Modell installiert, Bilder lassen sich daher weder beschreiben noch durchsuchen. Importieren Sie eine Datei mit Gewichten, oder richten Sie Fieldmark neu ein, um sein eigenes Modell zu erhalten.</translation>
    </message>
    <message>
        <source>Whitening adapts a model to this library without labels:</source>
        <translation>Weißen passt ein Modell ohne Beschriftungen an diese Bibliothek an:</translation>
    </message>
    <message>
        <source>S&amp;trength</source>
        <translation>S&amp;tärke</translation>
    </message>
    <message>
        <source>Strength of the whitening</source>
        <translation>Stärke des Weißens</translation>
    </message>
    <message>
        <source>0 only turns the numbers, 1 makes every direction count alike; 0.5 serves most libraries</source>
        <translation>0 dreht die Zahlen nur, 1 lässt jede Richtung gleich viel zählen; 0,5 passt für die meisten Bibliotheken</translation>
    </message>
    <message>
        <source>&amp;Numbers</source>
        <translation>&amp;Zahlen</translation>
    </message>
    <message>
        <source>Numbers that describe a picture after the whitening</source>
        <translation>Zahlen, die ein Bild nach dem Weißen beschreiben</translation>
    </message>
    <message>
        <source>At most as many as the model has; fewer make searching faster</source>
        <translation>Höchstens so viele, wie das Modell hat; weniger machen das Suchen schneller</translation>
    </message>
    <message>
        <source>&amp;Import…</source>
        <translation>&amp;Importieren …</translation>
    </message>
    <message>
        <source>Install a network from a safetensors file</source>
        <translation>Ein Netz aus einer Safetensors-Datei installieren</translation>
    </message>
    <message>
        <source>&amp;Use</source>
        <translation>&amp;Verwenden</translation>
    </message>
    <message>
        <source>Describe all pictures with the selected model, then search with it</source>
        <translation>Alle Bilder mit dem ausgewählten Modell beschreiben und dann damit suchen</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Delete what this library has of the selected model</source>
        <translation>Löschen, was diese Bibliothek vom ausgewählten Modell hat</translation>
    </message>
    <message>
        <source>%1 is installed.</source>
        <translation>%1 ist installiert.</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) could not be described, because their drive is not connected. The former model stays in use; connect it and use the new one again.</source>
        <translation>
            <numerusform>%n Bild konnte nicht beschrieben werden, weil sein Laufwerk nicht angeschlossen ist. Das bisherige Modell bleibt in Gebrauch; schließen Sie das Laufwerk an, und verwenden Sie das neue Modell erneut.</numerusform>
            <numerusform>%n Bilder konnten nicht beschrieben werden, weil ihr Laufwerk nicht angeschlossen ist. Das bisherige Modell bleibt in Gebrauch; schließen Sie das Laufwerk an, und verwenden Sie das neue Modell erneut.</numerusform>
        </translation>
    </message>
    <message>
        <source>Change all the same</source>
        <translation>Trotzdem wechseln</translation>
    </message>
    <message>
        <source>This library has no model yet.</source>
        <translation>Diese Bibliothek hat noch kein Modell.</translation>
    </message>
    <message>
        <source>This library searches with %1. Another model looks at the same pictures in another way; what the present one has described is kept.</source>
        <translation>Diese Bibliothek sucht mit %1. Ein anderes Modell sieht dieselben Bilder auf andere Weise; was das jetzige beschrieben hat, bleibt erhalten.</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Wird geprüft …</translation>
    </message>
    <message>
        <source>Undo &amp;whitening</source>
        <translation>&amp;Weißen zurücknehmen</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Wird berechnet …</translation>
    </message>
    <message>
        <source>Try &amp;whitening</source>
        <translation>&amp;Weißen ausprobieren</translation>
    </message>
    <message>
        <source>Go back to the model without whitening; its numbers are still there</source>
        <translation>Zurück zum Modell ohne Weißen; seine Zahlen sind noch da</translation>
    </message>
    <message>
        <source>Compute a whitening from this library&apos;s own pictures and search with it</source>
        <translation>Ein Weißen aus den eigenen Bildern dieser Bibliothek berechnen und damit suchen</translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation>Modell importieren</translation>
    </message>
    <message>
        <source>Weights (*.safetensors);;All files (*)</source>
        <translation>Gewichte (*.safetensors);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Remove a model</source>
        <translation>Modell entfernen</translation>
    </message>
    <message>
        <source>Remove %1?</source>
        <translation>%1 entfernen?</translation>
    </message>
    <message numerus="yes">
        <source>What it knows of %n picture(s) of this library is deleted.</source>
        <translation>
            <numerusform>Was es über %n Bild dieser Bibliothek weiß, wird gelöscht.</numerusform>
            <numerusform>Was es über %n Bilder dieser Bibliothek weiß, wird gelöscht.</numerusform>
        </translation>
    </message>
    <message>
        <source>Its files are deleted too; no library can use it then.</source>
        <translation>Auch seine Dateien werden gelöscht; danach kann keine Bibliothek es mehr verwenden.</translation>
    </message>
    <message>
        <source>Its files came with the program and stay.</source>
        <translation>Seine Dateien kamen mit dem Programm und bleiben.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
</context>
<context>
    <name>fieldmark::ModelsModel</name>
    <message>
        <source>Whitening</source>
        <translation>Weißen</translation>
    </message>
    <message>
        <source>Trained (GAPan reconstruction)</source>
        <translation>Gelernt (Nachbau von GAPan)</translation>
    </message>
    <message>
        <source>Trained (DVA reconstruction)</source>
        <translation>Gelernt (Nachbau von DVA)</translation>
    </message>
    <message>
        <source>Trained (GDF-Net reconstruction)</source>
        <translation>Gelernt (Nachbau von GDF-Net)</translation>
    </message>
    <message>
        <source>Trained (ProxyNCA++)</source>
        <translation>Gelernt (ProxyNCA++)</translation>
    </message>
    <message>
        <source>Vision transformer</source>
        <translation>Vision-Transformer</translation>
    </message>
    <message>
        <source>EfficientNet-Lite</source>
        <translation>EfficientNet-Lite</translation>
    </message>
    <message>
        <source>MobileNetV2</source>
        <translation>MobileNetV2</translation>
    </message>
    <message>
        <source>Hash %1</source>
        <translation>Prüfsumme %1</translation>
    </message>
    <message>
        <source>Its files are not on this machine.</source>
        <translation>Seine Dateien sind nicht auf diesem Computer.</translation>
    </message>
    <message>
        <source>%1 (in use)</source>
        <translation>%1 (in Gebrauch)</translation>
    </message>
    <message>
        <source>%1 (not installed)</source>
        <translation>%1 (nicht installiert)</translation>
    </message>
    <message>
        <source>%1, code of %2 bits</source>
        <translation>%1, Code aus %2 Bit</translation>
    </message>
    <message>
        <source>How many numbers describe a picture</source>
        <translation>Wie viele Zahlen ein Bild beschreiben</translation>
    </message>
    <message>
        <source>Pixels of a picture that the model sees</source>
        <translation>Pixel eines Bildes, die das Modell sieht</translation>
    </message>
    <message>
        <source>The model whose numbers this one changes</source>
        <translation>Das Modell, dessen Zahlen dieses verändert</translation>
    </message>
    <message>
        <source>Pictures of this library that this model has described</source>
        <translation>Bilder dieser Bibliothek, die dieses Modell beschrieben hat</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Stands on</source>
        <translation>Baut auf</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
</context>
<context>
    <name>fieldmark::ObjectBoxCommand</name>
    <message>
        <source>drawing an object box</source>
        <translation>Zeichnen eines Objektrahmens</translation>
    </message>
    <message>
        <source>leaving the box to the object finder</source>
        <translation>Überlassen des Rahmens an den Objektfinder</translation>
    </message>
</context>
<context>
    <name>fieldmark::ObjectBoxDialog</name>
    <message>
        <source>Object box of %1</source>
        <translation>Objektrahmen von %1</translation>
    </message>
    <message>
        <source>The object&apos;s box</source>
        <translation>Der Rahmen des Objekts</translation>
    </message>
    <message>
        <source>&amp;Find the object</source>
        <translation>Objekt &amp;finden</translation>
    </message>
    <message>
        <source>Let the object finder look, and leave the box to it</source>
        <translation>Den Objektfinder suchen lassen und ihm den Rahmen überlassen</translation>
    </message>
    <message>
        <source>&amp;Whole picture</source>
        <translation>&amp;Ganzes Bild</translation>
    </message>
    <message>
        <source>There is no single object: the whole picture counts</source>
        <translation>Es gibt kein einzelnes Objekt: Das ganze Bild zählt</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen…</translation>
    </message>
    <message>
        <source>Looking for the object…</source>
        <translation>Objekt wird gesucht…</translation>
    </message>
    <message>
        <source>The object finder sees no single object: the whole picture counts.</source>
        <translation>Der Objektfinder sieht kein einzelnes Objekt: Das ganze Bild zählt.</translation>
    </message>
    <message>
        <source>Found by the object finder: %1.</source>
        <translation>Vom Objektfinder gefunden: %1.</translation>
    </message>
    <message>
        <source>The whole picture counts.</source>
        <translation>Das ganze Bild zählt.</translation>
    </message>
    <message>
        <source>Drawn by you: %1.</source>
        <translation>Von Ihnen gezeichnet: %1.</translation>
    </message>
    <message>
        <source>Nobody has looked for the object yet. Draw a box around it, or let it be found.</source>
        <translation>Noch niemand hat nach dem Objekt gesucht. Ziehen Sie einen Rahmen darum, oder lassen Sie es finden.</translation>
    </message>
    <message>
        <source>From a table: %1.</source>
        <translation>Aus einer Tabelle: %1.</translation>
    </message>
</context>
<context>
    <name>fieldmark::PictureRowsModel</name>
    <message>
        <source>right: %1</source>
        <translation>richtig: %1</translation>
    </message>
    <message>
        <source>wrong: %1</source>
        <translation>falsch: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>line of matches, the matches</comment>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryCard</name>
    <message>
        <source>Crop…</source>
        <translation>Ausschnitt…</translation>
    </message>
    <message>
        <source>Take this picture out of the query (Del)</source>
        <translation>Dieses Bild aus der Suche nehmen (Entf)</translation>
    </message>
    <message>
        <source>From the library</source>
        <translation>Aus der Bibliothek</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
    <message>
        <source>Not like this</source>
        <translation>Nicht so</translation>
    </message>
    <message>
        <source>Like this</source>
        <translation>So wie dieses</translation>
    </message>
    <message>
        <source>Search for pictures not like this one</source>
        <translation>Bilder suchen, die diesem nicht gleichen</translation>
    </message>
    <message>
        <source>Search for pictures like this one</source>
        <translation>Bilder suchen, die diesem gleichen</translation>
    </message>
    <message>
        <source>Matches are moved away from this picture. Click to search for its look-alikes (N)</source>
        <translation>Treffer sollen diesem Bild nicht gleichen. Klicken, um Ähnliche zu suchen (N)</translation>
    </message>
    <message>
        <source>Matches look like this picture. Click to move them away from it instead (N)</source>
        <translation>Treffer gleichen diesem Bild. Klicken, um sie stattdessen davon zu entfernen (N)</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Part, %1</source>
        <translation>Ausschnitt, %1</translation>
    </message>
    <message>
        <source>Choose a part of the picture</source>
        <translation>Ausschnitt des Bildes wählen</translation>
    </message>
    <message>
        <source>Change the part of the picture, %1</source>
        <translation>Ausschnitt des Bildes ändern, %1</translation>
    </message>
    <message>
        <source>Drag a box around what matters (Enter)</source>
        <translation>Rahmen um das Wesentliche ziehen (Enter)</translation>
    </message>
    <message>
        <source>Remove %1 from the query</source>
        <translation>%1 aus der Suche nehmen</translation>
    </message>
    <message>
        <source>not like this</source>
        <translation>nicht so</translation>
    </message>
    <message>
        <source>like this</source>
        <translation>so wie dieses</translation>
    </message>
    <message>
        <source>Query picture %1 of %2: %3, %4, %5</source>
        <comment>index, count, name, like or not, crop</comment>
        <translation>Suchbild %1 von %2: %3, %4, %5</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Object, %1</source>
        <translation>Objekt, %1</translation>
    </message>
    <message>
        <source>Shown is the picture nearest to it.</source>
        <translation>Gezeigt wird das nächste Bild.</translation>
    </message>
    <message>
        <source>Shown is the picture nearest to it: %1.</source>
        <translation>Gezeigt wird das nächste Bild: %1.</translation>
    </message>
    <message>
        <source>A prototype by the model %1: what pictures of the class have in common.</source>
        <translation>Ein Prototyp des Modells %1: was Bilder der Klasse gemeinsam haben.</translation>
    </message>
    <message>
        <source>An anchor by the model %1: a point of the class&apos;s appearance.</source>
        <translation>Ein Anker des Modells %1: ein Punkt der Erscheinung der Klasse.</translation>
    </message>
    <message>
        <source>Search for pictures not like this anchor</source>
        <translation>Nach Bildern suchen, die diesem Anker nicht ähneln</translation>
    </message>
    <message>
        <source>Search for pictures like this anchor</source>
        <translation>Nach Bildern suchen, die diesem Anker ähneln</translation>
    </message>
    <message>
        <source>Matches are moved away from it. Click to search for its look-alikes (N)</source>
        <translation>Treffer rücken von ihm weg. Klicken, um nach Ähnlichen zu suchen (N)</translation>
    </message>
    <message>
        <source>Matches look like it. Click to move them away from it instead (N)</source>
        <translation>Treffer sehen ihm ähnlich. Klicken, um sie von ihm wegzurücken (N)</translation>
    </message>
    <message>
        <source>An anchor has no crop</source>
        <translation>Ein Anker hat keinen Ausschnitt</translation>
    </message>
    <message>
        <source>Take it out of the query (Del)</source>
        <translation>Aus der Suche nehmen (Entf)</translation>
    </message>
    <message>
        <source>Query %1 of %2: %3, %4</source>
        <comment>index, count, name of an anchor, like or not</comment>
        <translation>Suchbild %1 von %2: %3, %4</translation>
    </message>
    <message>
        <source>An anchor is a point of appearance, not a picture: there is nothing to crop.</source>
        <translation>Ein Anker ist ein Punkt der Erscheinung, kein Bild: Es gibt nichts zuzuschneiden.</translation>
    </message>
    <message>
        <source>Its nearest picture cannot be read</source>
        <translation>Sein nächstes Bild kann nicht gelesen werden</translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryDropReader</name>
    <message numerus="yes">
        <source>Find look-alikes of %n pictures</source>
        <translation>
            <numerusform>Ähnliche zu %n Bild suchen</numerusform>
            <numerusform>Ähnliche zu %n Bildern suchen</numerusform>
        </translation>
    </message>
    <message>
        <source>Find look-alikes</source>
        <translation>Ähnliche suchen</translation>
    </message>
    <message>
        <source>This picture is too large to be handed over (%1). Save it and drop the file.</source>
        <translation>Dieses Bild ist zu groß für die Übergabe (%1). Bitte speichern und die Datei hierher ziehen.</translation>
    </message>
    <message numerus="yes">
        <source>A query takes %n pictures; the rest was left out.</source>
        <translation>
            <numerusform>Eine Suche fasst %n Bild; der Rest wurde weggelassen.</numerusform>
            <numerusform>Eine Suche fasst %n Bilder; der Rest wurde weggelassen.</numerusform>
        </translation>
    </message>
    <message>
        <source>This is only the address of a picture, and Fieldmark never opens a connection. Save the picture and drop the file, or copy the picture itself.</source>
        <translation>Das ist nur die Adresse eines Bildes, und Fieldmark öffnet nie eine Verbindung. Bitte das Bild speichern und die Datei hierher ziehen oder das Bild selbst kopieren.</translation>
    </message>
    <message>
        <source>A folder cannot be a query. Drop it on the gallery to import it, or pick a picture in it.</source>
        <translation>Nach einem Ordner lässt sich nicht suchen. Zum Importieren auf die Galerie ziehen oder ein Bild daraus nehmen.</translation>
    </message>
    <message>
        <source>There is no picture in this. Drop or paste a picture, a picture file or its path.</source>
        <translation>Hierin ist kein Bild. Ziehen oder einfügen lassen sich ein Bild, eine Bilddatei oder deren Pfad.</translation>
    </message>
</context>
<context>
    <name>fieldmark::QueryStrip</name>
    <message>
        <source>Query</source>
        <translation>Suche</translation>
    </message>
    <message>
        <source>Drop, paste or open a picture to find its look-alikes</source>
        <translation>Ein Bild hierher ziehen, einfügen oder öffnen, um Ähnliche zu finden</translation>
    </message>
    <message>
        <source>Open a picture, or paste one with %1</source>
        <translation>Ein Bild öffnen oder mit %1 einfügen</translation>
    </message>
    <message>
        <source>Another</source>
        <translation>Weiteres</translation>
    </message>
    <message>
        <source>Add another picture to the query</source>
        <translation>Ein weiteres Bild zur Suche hinzufügen</translation>
    </message>
    <message>
        <source>Add another picture to the query, or drop one here</source>
        <translation>Ein weiteres Bild zur Suche hinzufügen oder hierher ziehen</translation>
    </message>
    <message>
        <source>End search</source>
        <translation>Suche beenden</translation>
    </message>
    <message>
        <source>End the search</source>
        <translation>Die Suche beenden</translation>
    </message>
    <message>
        <source>Take all pictures out of the query and go back to the gallery (Esc)</source>
        <translation>Alle Bilder aus der Suche nehmen und zur Galerie zurückkehren (Esc)</translation>
    </message>
    <message>
        <source>Drag a box around what matters; the matches follow.</source>
        <translation>Einen Rahmen um das Wesentliche ziehen; die Treffer folgen.</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Search with the whole picture (Backspace)</source>
        <translation>Mit dem ganzen Bild suchen (Rücktaste)</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Close the box editor (Esc)</source>
        <translation>Rahmen schließen (Esc)</translation>
    </message>
    <message numerus="yes">
        <source>A query takes %n pictures; the rest was left out.</source>
        <translation>
            <numerusform>Eine Suche fasst %n Bild; der Rest wurde weggelassen.</numerusform>
            <numerusform>Eine Suche fasst %n Bilder; der Rest wurde weggelassen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Searching with %1</source>
        <translation>Suche mit %1</translation>
    </message>
    <message>
        <source>The clipboard is empty.</source>
        <translation>Die Zwischenablage ist leer.</translation>
    </message>
    <message>
        <source>Add to the query</source>
        <translation>Zur Suche hinzufügen</translation>
    </message>
    <message>
        <source>Crop to object</source>
        <translation>Auf das Objekt zuschneiden</translation>
    </message>
    <message>
        <source>Crop the query to its object</source>
        <translation>Das Suchbild auf sein Objekt zuschneiden</translation>
    </message>
    <message>
        <source>Search with the object of each picture instead of the whole. The found box is shown on the picture; drag it to change it.</source>
        <translation>Mit dem Objekt jedes Bildes statt mit dem ganzen Bild suchen. Der gefundene Rahmen wird im Bild gezeigt; Ziehen verändert ihn.</translation>
    </message>
</context>
<context>
    <name>fieldmark::ResultCard</name>
    <message>
        <source>Before and after on classes it has not seen</source>
        <translation>Vorher und nachher auf ungesehenen Klassen</translation>
    </message>
    <message>
        <source>&amp;Use this model</source>
        <translation>Dieses Modell &amp;verwenden</translation>
    </message>
    <message>
        <source>Searches use it from then on; the model of before stays and can be taken back</source>
        <translation>Danach wird damit gesucht; das bisherige Modell bleibt und lässt sich zurückholen</translation>
    </message>
    <message>
        <source>Learn &amp;again</source>
        <translation>Erneu&amp;t lernen</translation>
    </message>
    <message>
        <source>Back to the choices; this result stays in the list of models</source>
        <translation>Zurück zur Auswahl; dieses Ergebnis bleibt in der Liste der Modelle</translation>
    </message>
    <message>
        <source>Which queries to show</source>
        <translation>Welche Suchbilder gezeigt werden</translation>
    </message>
    <message>
        <source>most improved queries</source>
        <translation>am meisten verbesserte Suchbilder</translation>
    </message>
    <message>
        <source>queries that became worse</source>
        <translation>schlechter gewordene Suchbilder</translation>
    </message>
    <message>
        <source>Queries with what they found before and after</source>
        <translation>Suchbilder mit dem, was sie vorher und nachher fanden</translation>
    </message>
    <message>
        <source>There are none.</source>
        <translation>Es gibt keine.</translation>
    </message>
    <message>
        <source>The nearest picture is of the same class in %1 of 100 cases; before it was %2.</source>
        <translation>Das nächste Bild ist in %1 von 100 Fällen von derselben Klasse; vorher waren es %2.</translation>
    </message>
    <message>
        <source>Nothing better was found: the model in use stays.</source>
        <translation>Es wurde nichts Besseres gefunden: Das verwendete Modell bleibt.</translation>
    </message>
    <message>
        <source>The training ended before there was anything to keep.</source>
        <translation>Das Lernen endete, bevor es etwas zu behalten gab.</translation>
    </message>
    <message>
        <source>That is within what chance alone can do: with so few pictures kept aside it cannot be told whether the new model is better.</source>
        <translation>Das kann bloßer Zufall sein: Bei so wenigen zurückgehaltenen Bildern lässt sich nicht sagen, ob das neue Modell besser ist.</translation>
    </message>
    <message>
        <source>The new model is worse on them. Better leave it.</source>
        <translation>Das neue Modell ist auf ihnen schlechter. Besser nicht verwenden.</translation>
    </message>
    <message>
        <source>Checked with %1 pictures of %2 classes that were kept aside until then. The best epoch was chosen by the same classes, so expect a little less on others.</source>
        <translation>Geprüft mit %1 Bildern aus %2 Klassen, die bis dahin zurückgehalten wurden. Die beste Epoche wurde nach denselben Klassen gewählt; auf anderen ist etwas weniger zu erwarten.</translation>
    </message>
    <message>
        <source>%1 epochs in %2, best after epoch %3.</source>
        <translation>%1 Epochen in %2, am besten nach Epoche %3.</translation>
    </message>
    <message>
        <source>%1 of %2 weights were learned (%3).</source>
        <translation>%1 von %2 Gewichten wurden gelernt (%3).</translation>
    </message>
    <message>
        <source>In brackets: 95% interval, the queries drawn again and again</source>
        <translation>In Klammern: 95-%-Intervall, die Suchbilder immer wieder neu gezogen</translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <comment>before, after</comment>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>Recall@1</source>
        <translation>Recall@1</translation>
    </message>
    <message>
        <source>MAP@R</source>
        <translation>MAP@R</translation>
    </message>
    <message>
        <source>MAP@R: how far up the pictures of its class stand</source>
        <translation>MAP@R: wie weit vorn die Bilder seiner Klasse stehen</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>after</source>
        <translation>nachher</translation>
    </message>
    <message>
        <source>&amp;Use it all the same</source>
        <translation>&amp;Trotzdem benutzen</translation>
    </message>
    <message>
        <source>Queries of the classes kept aside, by how their ranking changed or how good it is now</source>
        <translation>Suchbilder der zurückgehaltenen Klassen, danach geordnet, wie sich ihre Rangfolge geändert hat oder wie gut sie jetzt ist</translation>
    </message>
    <message>
        <source>worst queries after learning</source>
        <translation>schlechteste Suchbilder nach dem Lernen</translation>
    </message>
    <message numerus="yes">
        <source>%1 had learned %n class(es) of these already, which flatters both figures.</source>
        <translation>
            <numerusform>%1 hatte %n dieser Klassen schon gelernt, was beide Zahlen schönt.</numerusform>
            <numerusform>%1 hatte %n dieser Klassen schon gelernt, was beide Zahlen schönt.</numerusform>
        </translation>
    </message>
    <message>
        <source>The new model is called %1.</source>
        <translation>Das neue Modell heißt %1.</translation>
    </message>
</context>
<context>
    <name>fieldmark::ShortcutsDialog</name>
    <message>
        <source>Keys of this page</source>
        <translation>Tasten dieser Seite</translation>
    </message>
    <message>
        <source> or </source>
        <comment>between two keys</comment>
        <translation> oder </translation>
    </message>
</context>
<context>
    <name>fieldmark::Text</name>
    <message>
        <source>%1%</source>
        <comment>percentage</comment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 pictures/s</source>
        <translation>%1 Bilder/s</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>noch wenige Sekunden</translation>
    </message>
    <message>
        <source>about %1 s left</source>
        <translation>noch etwa %1 s</translation>
    </message>
    <message>
        <source>about %1 min left</source>
        <translation>noch etwa %1 min</translation>
    </message>
    <message>
        <source>about %1 h left</source>
        <translation>noch etwa %1 h</translation>
    </message>
    <message>
        <source>about %1 h %2 min left</source>
        <translation>noch etwa %1 h %2 min</translation>
    </message>
    <message>
        <source>Waiting to be read</source>
        <translation>Wartet darauf, gelesen zu werden</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>File is gone</source>
        <translation>Datei ist weg</translation>
    </message>
    <message>
        <source>Not possible</source>
        <translation>Nicht möglich</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>No permission</source>
        <translation>Keine Berechtigung</translation>
    </message>
    <message>
        <source>Read-only</source>
        <translation>Schreibgeschützt</translation>
    </message>
    <message>
        <source>In use elsewhere</source>
        <translation>Anderswo in Gebrauch</translation>
    </message>
    <message>
        <source>Not supported</source>
        <translation>Nicht unterstützt</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Too large</source>
        <translation>Zu groß</translation>
    </message>
    <message>
        <source>Disk full</source>
        <translation>Datenträger voll</translation>
    </message>
    <message>
        <source>Made by a newer Fieldmark</source>
        <translation>Von einem neueren Fieldmark angelegt</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Read or write error</source>
        <translation>Lese- oder Schreibfehler</translation>
    </message>
    <message>
        <source>Internal error</source>
        <translation>Interner Fehler</translation>
    </message>
    <message>
        <source>path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>collection</source>
        <translation>Sammlung</translation>
    </message>
    <message>
        <source>state</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(leer)</translation>
    </message>
    <message>
        <source>%1 = %2</source>
        <comment>field, value</comment>
        <translation>%1 = %2</translation>
    </message>
    <message>
        <source>%1 ≠ %2</source>
        <comment>field, value</comment>
        <translation>%1 ≠ %2</translation>
    </message>
    <message>
        <source>%1 &lt; %2</source>
        <comment>field, value</comment>
        <translation>%1 &lt; %2</translation>
    </message>
    <message>
        <source>%1 &gt; %2</source>
        <comment>field, value</comment>
        <translation>%1 &gt; %2</translation>
    </message>
    <message>
        <source>%1 contains “%2”</source>
        <comment>field, value</comment>
        <translation>%1 enthält „%2“</translation>
    </message>
    <message>
        <source>rank %1, %2, score %3, from %4</source>
        <comment>rank, name, score, collection</comment>
        <translation>Rang %1, %2, Ähnlichkeit %3, aus %4</translation>
    </message>
    <message>
        <source>Prototype %1 of %2</source>
        <comment>number, class</comment>
        <translation>Prototyp %1 von %2</translation>
    </message>
    <message>
        <source>Anchor %1 of %2</source>
        <comment>number, class</comment>
        <translation>Anker %1 von %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::TileDelegate</name>
    <message>
        <source>#%1</source>
        <comment>rank of a match</comment>
        <translation>%1.</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <comment>score of a match, its probability</comment>
        <translation>%1 · %2</translation>
    </message>
</context>
<context>
    <name>fieldmark::ValueEditCommand</name>
    <message numerus="yes">
        <source>removing %1 of %n pictures</source>
        <translation>
            <numerusform>%1 von %n Bild entfernen</numerusform>
            <numerusform>%1 von %n Bildern entfernen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>setting %1 of %n pictures</source>
        <translation>
            <numerusform>%1 von %n Bild setzen</numerusform>
            <numerusform>%1 von %n Bildern setzen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>fieldmark::WelcomePage</name>
    <message>
        <source>Drop a folder of pictures here</source>
        <translation>Einen Ordner mit Bildern hierher ziehen</translation>
    </message>
    <message>
        <source>Which of your pictures look like this one?</source>
        <translation>Welche Bilder sehen so aus wie dieses?</translation>
    </message>
    <message>
        <source>Fieldmark looks through your own pictures, on this computer, and never goes online.</source>
        <translation>Fieldmark durchsucht den eigenen Bildbestand, auf diesem Computer, und geht nie ins Netz.</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Choose a folder of pictures (Ctrl+O)</source>
        <translation>Ordner mit Bildern wählen (Strg+O)</translation>
    </message>
    <message>
        <source>Open the sample pictures</source>
        <translation>Beispielbilder öffnen</translation>
    </message>
    <message>
        <source>A few hundred birds, animals, vehicles and plants to try it with</source>
        <translation>Einige hundert Vögel, Tiere, Fahrzeuge und Pflanzen zum Ausprobieren</translation>
    </message>
    <message>
        <source>Recent libraries</source>
        <translation>Zuletzt geöffnete Bibliotheken</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Finds look-alikes in your own pictures, offline.</source>
        <translation>Findet ähnliche Bilder im eigenen Bestand, offline.</translation>
    </message>
    <message>
        <source>A NAME.fieldmark folder to open.</source>
        <translation>Ein Ordner NAME.fieldmark, der geöffnet werden soll.</translation>
    </message>
    <message>
        <source>Open this library; it is made if it is not there.</source>
        <translation>Diese Bibliothek öffnen; sie wird angelegt, wenn es sie nicht gibt.</translation>
    </message>
    <message>
        <source>Open the sample pictures and show the look-alikes of a bird.</source>
        <translation>Die Beispielbilder öffnen und Ähnliche zu einem Vogel zeigen.</translation>
    </message>
    <message>
        <source>Add this folder of pictures.</source>
        <translation>Diesen Ordner mit Bildern hinzufügen.</translation>
    </message>
    <message>
        <source>Size of the window, such as 1280x800.</source>
        <translation>Größe des Fensters, etwa 1280x800.</translation>
    </message>
    <message>
        <source>Colours for this time: light, dark or system.</source>
        <translation>Farben für dieses Mal: light, dark oder system.</translation>
    </message>
</context>
</TS>
